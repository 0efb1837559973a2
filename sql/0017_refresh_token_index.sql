-- The unique key oauth2_token_refresh_token_key has the same column: this index costs time, and serves no query.
ALTER TABLE oauth2_token DROP KEY ix_oauth2_token_refresh_token;
