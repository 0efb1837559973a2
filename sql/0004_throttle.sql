-- How often something happened that may not happen often: failed log-ins, requests that cause mail. A key
-- is a keyed hash of what is counted (an account and an address, say), so the table names nobody.
CREATE TABLE throttle (
    throttle_key CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    hits INT NOT NULL,
    -- when the count starts over
    resets_at DATETIME(6) NOT NULL,
    KEY ix_throttle_resets_at (resets_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
