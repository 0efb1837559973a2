-- `active` becomes a stored column. With an index on a virtual column, a MariaDB server that is stopped while InnoDB still
-- has old rows to remove may never end (10.11.19): it opens the table to compute the column, and the storage engine is
-- already gone. A killed node of a Galera cluster, which is started and stopped once to find its position
-- (--wsrep-recover), did so almost always. In one statement, so that programs that run meanwhile never miss the column.
ALTER TABLE users DROP KEY ix_users_active, DROP COLUMN active,
    ADD COLUMN active TINYINT(1) GENERATED ALWAYS AS (is_active = 1 AND suspended_at IS NULL) STORED,
    ADD KEY ix_users_active (active);
