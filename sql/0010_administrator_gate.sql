-- What takes away an administrator's rights or account, as long as another must remain, changes this one row: of two of these
-- changes at the same time, the second waits for the first on one server, and conflicts with it on a cluster.
CREATE TABLE administrator_gate (
    id TINYINT NOT NULL PRIMARY KEY,
    passes BIGINT NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO administrator_gate (id) VALUES (1);
