-- The link that makes the first administrator: one row; a new link replaces the earlier one.
CREATE TABLE admin_invitation (
    id TINYINT NOT NULL PRIMARY KEY,
    token CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    created_at DATETIME(6) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO admin_invitation (id) VALUES (1);
