-- Lists of all accounts: an index for each order (lib/account/administration/user_list.h), and their number.

-- what the API shows as is_active
ALTER TABLE users ADD COLUMN active TINYINT(1) GENERATED ALWAYS AS (is_active = 1 AND suspended_at IS NULL) VIRTUAL;
ALTER TABLE users ADD KEY ix_users_active (active);
ALTER TABLE users ADD KEY ix_users_admin (admin);
ALTER TABLE users ADD KEY ix_users_created_at (created_at);
ALTER TABLE user_totals ADD KEY ix_user_totals_nb_workouts (nb_workouts);

-- The last count of a table with many accounts (lib/account/administration/user_count.h): how many there were, and the
-- greatest id among them. counted_at NULL: never counted.
CREATE TABLE user_count (
    id TINYINT NOT NULL PRIMARY KEY,
    total INT NOT NULL DEFAULT 0,
    last_id INT NOT NULL DEFAULT 0,
    counted_at DATETIME(6) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO user_count (id) VALUES (1);
