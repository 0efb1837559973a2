-- MariaDB 10.5 ignores SET DEFAULT NULL in 0008_sessions.sql: new accounts got the time of their insertion.
ALTER TABLE users MODIFY COLUMN sessions_since DATETIME(6) NULL DEFAULT NULL;
