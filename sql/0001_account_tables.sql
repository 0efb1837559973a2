-- The tables of FitTrackee 0.7.18 under their names, because other programs read and write them.
-- A comment above a column describes what differs from FitTrackee; SCHEMA.md describes every column.

CREATE TABLE users (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    username VARCHAR(255) NOT NULL,
    email VARCHAR(255) NOT NULL,
    -- crypt(3) text of any format
    password VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at DATETIME(6) NOT NULL,
    admin TINYINT(1) NOT NULL DEFAULT 0,
    first_name VARCHAR(80) NULL,
    last_name VARCHAR(80) NULL,
    birth_date DATETIME NULL,
    location VARCHAR(80) NULL,
    bio VARCHAR(200) NULL,
    picture VARCHAR(255) NULL,
    timezone VARCHAR(50) NULL,
    date_format VARCHAR(50) NULL,
    weekm TINYINT(1) NOT NULL DEFAULT 0,
    language VARCHAR(50) NULL,
    imperial_units TINYINT(1) NOT NULL DEFAULT 0,
    is_active TINYINT(1) NOT NULL DEFAULT 0,
    email_to_confirm VARCHAR(255) NULL,
    -- lowercase hex SHA-256 of the token in the link, never the token itself
    confirmation_token CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    display_ascent TINYINT(1) NOT NULL DEFAULT 1,
    accepted_policy_date DATETIME(6) NULL,
    start_elevation_at_zero TINYINT(1) NOT NULL DEFAULT 1,
    use_raw_gpx_speed TINYINT(1) NOT NULL DEFAULT 0,
    -- when confirmation_token was created; NULL: it never expires
    confirmation_sent_at DATETIME(6) NULL,
    -- number of password changes; an auth token issued under another number is rejected ...
    token_epoch INT NOT NULL DEFAULT 0,
    -- ... except the one with this SHA-256: the token of the request that changed the password
    kept_token CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    -- set by an administrator: the account counts as inactive, and its owner cannot confirm it again
    suspended_at DATETIME(6) NULL,
    UNIQUE KEY users_username_key (username),
    UNIQUE KEY users_email_key (email),
    UNIQUE KEY users_confirmation_token_key (confirmation_token)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE sports (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    label VARCHAR(50) NOT NULL,
    is_active TINYINT(1) NOT NULL DEFAULT 1,
    stopped_speed_threshold DOUBLE NOT NULL DEFAULT 1.0,
    UNIQUE KEY sports_label_key (label)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO sports (id, label, stopped_speed_threshold) VALUES
    (1, 'Cycling (Sport)', 1),
    (2, 'Cycling (Transport)', 1),
    (3, 'Hiking', 0.1),
    (4, 'Mountain Biking', 1),
    (5, 'Running', 1),
    (6, 'Walking', 0.1),
    (7, 'Mountain Biking (Electric)', 1),
    (8, 'Trail', 0.1),
    (9, 'Skiing (Alpine)', 1),
    (10, 'Skiing (Cross Country)', 0.1),
    (11, 'Rowing', 1),
    (12, 'Snowshoes', 0.1),
    (13, 'Cycling (Virtual)', 1),
    (14, 'Mountaineering', 0.1);

CREATE TABLE users_sports_preferences (
    user_id INT NOT NULL,
    sport_id INT NOT NULL,
    color VARCHAR(50) NULL,
    is_active TINYINT(1) NOT NULL DEFAULT 1,
    stopped_speed_threshold DOUBLE NOT NULL DEFAULT 1.0,
    PRIMARY KEY (user_id, sport_id),
    CONSTRAINT users_sports_preferences_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT users_sports_preferences_sport_id_fkey FOREIGN KEY (sport_id) REFERENCES sports (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE workouts (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id INT NOT NULL,
    sport_id INT NOT NULL,
    title VARCHAR(255) NULL,
    gpx VARCHAR(255) NULL,
    creation_date DATETIME(6) NULL,
    modification_date DATETIME(6) NULL,
    workout_date DATETIME(6) NOT NULL,
    -- seconds, as are pauses and moving
    duration INT NOT NULL,
    pauses INT NULL,
    moving INT NULL,
    distance DECIMAL(6,3) NULL,
    min_alt DECIMAL(6,2) NULL,
    max_alt DECIMAL(6,2) NULL,
    descent DECIMAL(8,3) NULL,
    ascent DECIMAL(8,3) NULL,
    max_speed DECIMAL(6,2) NULL,
    ave_speed DECIMAL(6,2) NULL,
    bounds JSON NULL,
    map VARCHAR(255) NULL,
    map_id VARCHAR(50) NULL,
    weather_start JSON NULL,
    weather_end JSON NULL,
    notes VARCHAR(500) NULL,
    UNIQUE KEY workouts_uuid_key (uuid),
    KEY ix_workouts_user_id (user_id),
    KEY ix_workouts_sport_id (sport_id),
    KEY ix_workouts_workout_date (workout_date),
    KEY ix_workouts_map_id (map_id),
    CONSTRAINT workouts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT workouts_sport_id_fkey FOREIGN KEY (sport_id) REFERENCES sports (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE workout_segments (
    workout_id INT NOT NULL,
    workout_uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    segment_id INT NOT NULL,
    duration INT NOT NULL,
    pauses INT NULL,
    moving INT NULL,
    distance DECIMAL(6,3) NULL,
    min_alt DECIMAL(6,2) NULL,
    max_alt DECIMAL(6,2) NULL,
    descent DECIMAL(8,3) NULL,
    ascent DECIMAL(8,3) NULL,
    max_speed DECIMAL(6,2) NULL,
    ave_speed DECIMAL(6,2) NULL,
    PRIMARY KEY (workout_id, segment_id),
    CONSTRAINT workout_segments_workout_id_fkey FOREIGN KEY (workout_id) REFERENCES workouts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE records (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id INT NOT NULL,
    sport_id INT NOT NULL,
    workout_id INT NOT NULL,
    workout_uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- in alphabetical order, because ORDER BY sorts an ENUM by position
    record_type ENUM('AS','FD','HA','LD','MS') NULL,
    workout_date DATETIME(6) NOT NULL,
    value INT NULL,
    UNIQUE KEY user_sports_records (user_id, sport_id, record_type),
    CONSTRAINT records_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT records_sport_id_fkey FOREIGN KEY (sport_id) REFERENCES sports (id),
    CONSTRAINT records_workout_id_fkey FOREIGN KEY (workout_id) REFERENCES workouts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE blacklisted_tokens (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    -- lowercase hex SHA-256 of the token
    token CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- the token's exp, Unix seconds
    expired_at BIGINT NOT NULL,
    blacklisted_on DATETIME(6) NOT NULL,
    UNIQUE KEY blacklisted_tokens_token_key (token),
    KEY ix_blacklisted_tokens_expired_at (expired_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE users_data_export (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id INT NULL,
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NULL,
    completed TINYINT(1) NOT NULL DEFAULT 0,
    file_name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
    file_size BIGINT NULL,
    UNIQUE KEY ix_users_data_export_user_id (user_id),
    CONSTRAINT users_data_export_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE app_config (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    max_users INT NOT NULL DEFAULT 0,
    gpx_limit_import INT NOT NULL DEFAULT 10,
    max_single_file_size INT NOT NULL DEFAULT 1048576,
    max_zip_file_size INT NOT NULL DEFAULT 10485760,
    admin_contact VARCHAR(255) NULL,
    privacy_policy_date DATETIME(6) NULL,
    privacy_policy TEXT NULL,
    about TEXT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO app_config (max_users)
SELECT 0 FROM (SELECT COUNT(*) AS n FROM app_config) AS existing WHERE existing.n = 0;

CREATE TABLE oauth2_client (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    client_id VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NULL,
    client_secret VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
    client_id_issued_at INT NOT NULL DEFAULT 0,
    client_secret_expires_at INT NOT NULL DEFAULT 0,
    client_metadata TEXT NULL,
    user_id INT NULL,
    KEY ix_oauth2_client_client_id (client_id),
    KEY ix_oauth2_client_user_id (user_id),
    CONSTRAINT oauth2_client_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE oauth2_token (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    client_id VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NULL,
    token_type VARCHAR(40) NULL,
    access_token VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    refresh_token VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
    scope TEXT NULL,
    issued_at INT NOT NULL,
    access_token_revoked_at INT NOT NULL DEFAULT 0,
    refresh_token_revoked_at INT NOT NULL DEFAULT 0,
    expires_in INT NOT NULL DEFAULT 0,
    user_id INT NULL,
    UNIQUE KEY oauth2_token_access_token_key (access_token),
    KEY ix_oauth2_token_refresh_token (refresh_token),
    KEY ix_oauth2_token_user_id (user_id),
    CONSTRAINT oauth2_token_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
