-- The tables that only Fitgate uses.

-- The job queue: e-mails, archives, removal of files. A row is inserted in the transaction that causes
-- the job, and deleted when the job is done. No worker starts a job before run_after. To lease a job, a
-- worker moves run_after into the future; if the worker dies, the lease expires without further action.
CREATE TABLE jobs (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    payload MEDIUMTEXT NOT NULL,
    attempts INT NOT NULL DEFAULT 0,
    run_after DATETIME(6) NOT NULL,
    owner CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    last_error VARCHAR(500) NULL,
    -- failed permanently; the row is kept for an administrator to inspect
    failed_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    KEY ix_jobs_due (failed_at, run_after)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Personal access tokens for scripts; only the hash of a token is stored.
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

-- While max_users limits the number of accounts, every registration changes this one row: concurrent
-- registrations then wait for each other on one server, and conflict on a cluster.
CREATE TABLE registration_gate (
    id TINYINT NOT NULL PRIMARY KEY,
    passes BIGINT NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO registration_gate (id) VALUES (1);

-- What GET profile shows of a user's workouts, ready in one row, which the triggers of the next
-- migration keep up to date. nb_workouts NULL: not counted yet, so the profile is read from the tables.
-- This is a table of its own because an insert of a workout holds a shared lock on the user's row
-- (through the foreign key): two inserts whose triggers then changed that row would deadlock.
CREATE TABLE user_totals (
    user_id INT NOT NULL PRIMARY KEY,
    -- grows with every change, so that a cluster detects two writers of one row as a conflict
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
