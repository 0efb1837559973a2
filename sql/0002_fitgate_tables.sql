-- The tables that only Fitgate knows.

-- What is to be done outside a request: mail and archives. A row is written in the transaction that
-- causes it and deleted when it is done. run_after is "not before"; a worker that claims the row
-- pushes it ahead, so that the claim lapses by itself when the worker dies.
CREATE TABLE jobs (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    payload MEDIUMTEXT NOT NULL,
    attempts INT NOT NULL DEFAULT 0,
    run_after DATETIME(6) NOT NULL,
    owner CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    last_error VARCHAR(500) NULL,
    -- given up; kept for the operator to look at
    failed_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    KEY ix_jobs_due (failed_at, run_after)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Personal access tokens for scripts; only the hash of a token is kept.
CREATE TABLE personal_tokens (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id INT NOT NULL,
    name VARCHAR(100) NOT NULL,
    token CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    scope VARCHAR(255) NOT NULL,
    created_at DATETIME(6) NOT NULL,
    expires_at DATETIME(6) NULL,
    last_used_at DATETIME(6) NULL,
    revoked_at DATETIME(6) NULL,
    UNIQUE KEY personal_tokens_token_key (token),
    KEY ix_personal_tokens_user_id (user_id),
    CONSTRAINT personal_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- While max_users limits the number of accounts, every registration changes this one row: two that
-- run at once then wait for each other on one server and conflict on a cluster of several.
CREATE TABLE registration_gate (
    id TINYINT NOT NULL PRIMARY KEY,
    passes BIGINT NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO registration_gate (id) VALUES (1);

-- What GET profile shows of a user's workouts, ready in one row, kept by the triggers of the next
-- migration. nb_workouts NULL: not counted yet, the tables themselves are read. A table of its own,
-- because a writer of workouts holds a shared lock on the row in users (the foreign key), and two of
-- them that then both wanted to change that row would deadlock.
CREATE TABLE user_totals (
    user_id INT NOT NULL PRIMARY KEY,
    -- grows at every change, so that a cluster sees two writers of one row as a conflict
    changes BIGINT NOT NULL DEFAULT 0,
    nb_workouts INT NULL,
    total_distance DECIMAL(20,3) NULL,
    total_ascent DECIMAL(20,3) NULL,
    total_duration BIGINT NULL,
    -- JSON object: sport id -> number of workouts
    sports TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
    -- JSON object: record id -> [sport id, type, value, "YYYY-MM-DD HH:MM:SS", workout uuid]
    records MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
    CONSTRAINT user_totals_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
