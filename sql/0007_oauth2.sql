-- Fitgate issues tokens of OAuth 2.0 itself, and stores secrets only as hashes: SHA-256 in lowercase hex.

-- Values in clear have 42 or 48 characters, or another length if another program wrote them. A hash has 64.
UPDATE oauth2_client SET client_secret = SHA2(client_secret, 256)
WHERE client_secret IS NOT NULL AND CHAR_LENGTH(client_secret) <> 64;

UPDATE oauth2_token SET access_token = SHA2(access_token, 256) WHERE CHAR_LENGTH(access_token) <> 64;

UPDATE oauth2_token SET refresh_token = SHA2(refresh_token, 256)
WHERE refresh_token IS NOT NULL AND CHAR_LENGTH(refresh_token) <> 64;

-- A repeated identifier or refresh token, which no program has made on purpose, would prevent the unique keys.
UPDATE oauth2_client AS c JOIN (
    SELECT client_id, MIN(id) AS kept FROM oauth2_client WHERE client_id IS NOT NULL GROUP BY client_id
    HAVING COUNT(*) > 1) AS repeated ON repeated.client_id = c.client_id
SET c.client_id = NULL WHERE c.id <> repeated.kept;

UPDATE oauth2_token AS t JOIN (
    SELECT refresh_token, MAX(id) AS kept FROM oauth2_token WHERE refresh_token IS NOT NULL GROUP BY refresh_token
    HAVING COUNT(*) > 1) AS repeated ON repeated.refresh_token = t.refresh_token
SET t.refresh_token = NULL WHERE t.id <> repeated.kept;

ALTER TABLE oauth2_client ADD UNIQUE KEY oauth2_client_client_id_key (client_id);
ALTER TABLE oauth2_token ADD UNIQUE KEY oauth2_token_refresh_token_key (refresh_token);

-- random; the same for all tokens that follow from one consent. NULL: imported, and not refreshed since
ALTER TABLE oauth2_token ADD COLUMN grant_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL;
ALTER TABLE oauth2_token ADD KEY ix_oauth2_token_grant_id (grant_id);
ALTER TABLE oauth2_token ADD KEY ix_oauth2_token_client_id (client_id);

-- Authorization codes. A used row stays until the cleanup, so that a second use is noticed.
CREATE TABLE oauth2_code (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    -- SHA-256 in lowercase hex
    code CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    client_id VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NULL,
    -- NULL: not sent
    redirect_uri TEXT NULL,
    response_type TEXT NULL,
    scope TEXT NULL,
    nonce TEXT NULL,
    -- Unix seconds of issue
    auth_time INT NOT NULL,
    code_challenge TEXT NULL,
    code_challenge_method VARCHAR(48) NULL,
    user_id INT NULL,
    -- Unix seconds; 0: not used
    used_at INT NOT NULL DEFAULT 0,
    grant_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    UNIQUE KEY oauth2_code_code_key (code),
    KEY ix_oauth2_code_client_id (client_id),
    KEY ix_oauth2_code_user_id (user_id),
    KEY ix_oauth2_code_auth_time (auth_time),
    CONSTRAINT oauth2_code_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Device codes (RFC 8628): requests of a program without a browser. All times are Unix seconds by the clock of the
-- database; 0: has not happened.
CREATE TABLE oauth2_device_code (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    -- SHA-256 in lowercase hex, of the code that the program has and of the one that the person types
    device_code CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_code CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    client_id VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    scope TEXT NULL,
    created_at INT NOT NULL,
    last_polled_at INT NOT NULL DEFAULT 0,
    approved_at INT NOT NULL DEFAULT 0,
    denied_at INT NOT NULL DEFAULT 0,
    used_at INT NOT NULL DEFAULT 0,
    -- seconds
    poll_interval INT NOT NULL DEFAULT 5,
    -- the owner of the application, who alone can approve
    user_id INT NULL,
    grant_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    UNIQUE KEY oauth2_device_code_device_code_key (device_code),
    UNIQUE KEY oauth2_device_code_user_code_key (user_code),
    KEY ix_oauth2_device_code_client_id (client_id),
    KEY ix_oauth2_device_code_created_at (created_at),
    CONSTRAINT oauth2_device_code_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
