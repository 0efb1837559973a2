-- What the pages of the administration show of the state of the site, so that no administrator needs a shell to see it.

-- The outcome of the checks that the worker of each host makes every hour.
CREATE TABLE findings (
    host VARCHAR(64) NOT NULL,
    name VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- OK, WARN or FAIL
    result VARCHAR(4) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    explanation VARCHAR(1023) NOT NULL,
    checked_at DATETIME(6) NOT NULL,
    PRIMARY KEY (host, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The last error lines of the logs. A message decides its slot, so that the table has a limited number of rows.
CREATE TABLE recent_errors (
    program VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    slot SMALLINT NOT NULL,
    -- a hash of the message: whether the row already has this message is known without reading it
    digest BIGINT NOT NULL,
    message VARCHAR(500) NOT NULL,
    -- of the last time; NULL: none
    request VARCHAR(64) NULL,
    first_at DATETIME(6) NOT NULL,
    last_at DATETIME(6) NOT NULL,
    PRIMARY KEY (program, slot),
    KEY ix_recent_errors_last_at (last_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
