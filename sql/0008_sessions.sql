-- Each login is a row, so that the owner of an account can see and end its sessions.

CREATE TABLE sessions (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id INT NOT NULL,
    -- SHA-256 in lowercase hex of the token's text
    token CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- users.token_epoch when the token was issued
    token_epoch INT NOT NULL,
    -- what the client's User-Agent header says
    os VARCHAR(20) NULL,
    browser VARCHAR(20) NULL,
    -- the client's address without its last part: 192.0.2.0/24, 2001:db8:1::/48
    network VARCHAR(50) NULL,
    created_at DATETIME(6) NOT NULL,
    -- written at most once an hour
    last_seen_at DATETIME(6) NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    UNIQUE KEY sessions_token_key (token),
    KEY ix_sessions_user_id (user_id),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Tokens issued before this time have no row. NULL: none of them is valid any more. The accounts that exist now get the
-- time of this statement; no account that is created later has it.
ALTER TABLE users ADD COLUMN sessions_since DATETIME(6) NULL DEFAULT CURRENT_TIMESTAMP(6);
ALTER TABLE users ALTER COLUMN sessions_since SET DEFAULT NULL;
