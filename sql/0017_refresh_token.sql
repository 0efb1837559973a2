-- The hash of the access token that replaced this one. NULL: none.
ALTER TABLE oauth2_token ADD COLUMN replaced_by CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL;

-- The unique key oauth2_token_refresh_token_key has the same column: this index costs time, and serves no query.
ALTER TABLE oauth2_token DROP KEY ix_oauth2_token_refresh_token;
