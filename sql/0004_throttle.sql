-- Counts for the rate limits: failed logins, and requests that cause mail. A key is a keyed hash of what
-- is counted (such as an account and an address), so the table does not identify users.
CREATE TABLE throttle (
    throttle_key CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    hits INT NOT NULL,
    -- when the count starts over
    resets_at DATETIME(6) NOT NULL,
    KEY ix_throttle_resets_at (resets_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
