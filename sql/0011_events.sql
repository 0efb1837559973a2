-- The security log of an account: logins, failed logins, and changes of what gives access to it.

CREATE TABLE events (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    -- NULL: a failed login with an address that has no account
    user_id INT NULL,
    kind VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at DATETIME(6) NOT NULL,
    -- the number of failed logins from a network in an hour; 1 for other kinds
    occurrences INT NOT NULL DEFAULT 1,
    -- an administrator did it; then there is no device and no network
    by_administrator TINYINT(1) NOT NULL DEFAULT 0,
    -- what the client's User-Agent header says
    os VARCHAR(20) NULL,
    browser VARCHAR(20) NULL,
    -- the client's address without its last part: 192.0.2.0/24, 2001:db8:1::/48
    network VARCHAR(50) NULL,
    -- the name of a token or an application, an e-mail address
    detail VARCHAR(255) NULL,
    -- of a failed login: a keyed hash of the address, the network and the hour
    failure_key CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    UNIQUE KEY events_failure_key (failure_key),
    KEY ix_events_user_id (user_id, id),
    KEY ix_events_created_at (created_at),
    CONSTRAINT events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
