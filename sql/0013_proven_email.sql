-- The address that a mailed link has proved (lib/account/passwords/credentials.h); the gate passes an address to other
-- applications only if it is this one. NULL: none yet. Compared byte by byte.
ALTER TABLE users ADD COLUMN proven_email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;
