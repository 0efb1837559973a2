-- Registrations that do not belong to anyone yet (lib/account/registration/registration.h).

-- 1: a registration made this account, and its address has never been confirmed. 2: in addition, a link was sent on
-- request while other registrations had the address. Accounts that other programs insert have 0.
ALTER TABLE users ADD COLUMN unconfirmed TINYINT(1) NOT NULL DEFAULT 0;
ALTER TABLE users ADD KEY ix_users_unconfirmed (unconfirmed, confirmation_sent_at);
-- for finding which formats the stored hashes have
ALTER TABLE users ADD KEY ix_users_password (password);

UPDATE users SET unconfirmed = 1
WHERE is_active = 0 AND suspended_at IS NULL AND email_to_confirm IS NULL
    AND confirmation_token IS NOT NULL AND confirmation_sent_at IS NOT NULL;

-- Further registrations of an address. A row reserves its username until it expires. If the account with the address
-- is unconfirmed, the link mailed for a row activates the account with the values of that row.
CREATE TABLE registrations (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    username VARCHAR(255) NOT NULL,
    email VARCHAR(255) NOT NULL,
    -- crypt(3) text
    password VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    language VARCHAR(50) NULL,
    accepted_policy_date DATETIME(6) NULL,
    -- SHA-256 in lowercase hex of the token in the link; NULL: no link, or it does not work any more
    confirmation_token CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    -- when the validity of the link started; NULL: no mail was sent then, and the row does not expire
    sent_at DATETIME(6) NULL,
    UNIQUE KEY registrations_username_key (username),
    UNIQUE KEY registrations_confirmation_token_key (confirmation_token),
    KEY ix_registrations_email (email),
    KEY ix_registrations_sent_at (sent_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Messages that wait in the queue held the link, and so the token, in clear. They become requests: the link is made
-- when the message is sent.
UPDATE jobs SET payload = JSON_OBJECT(
    'mail', CASE JSON_UNQUOTE(JSON_EXTRACT(payload, '$.errand'))
        WHEN 'resend-confirmation' THEN 'resend_confirmation' ELSE 'password_reset' END,
    'to', JSON_UNQUOTE(JSON_EXTRACT(payload, '$.email')),
    'system', JSON_UNQUOTE(JSON_EXTRACT(payload, '$.system')),
    'browser', JSON_UNQUOTE(JSON_EXTRACT(payload, '$.browser')))
WHERE kind = 'mail' AND JSON_VALID(payload) AND JSON_EXTRACT(payload, '$.errand') IS NOT NULL;

UPDATE jobs SET payload = JSON_OBJECT(
    'mail', 'resend_confirmation',
    'to', JSON_UNQUOTE(JSON_EXTRACT(payload, '$.to')),
    'system', JSON_UNQUOTE(JSON_EXTRACT(payload, '$.system')),
    'browser', JSON_UNQUOTE(JSON_EXTRACT(payload, '$.browser')))
WHERE kind = 'mail' AND JSON_VALID(payload)
    AND JSON_UNQUOTE(JSON_EXTRACT(payload, '$.template')) = 'account_confirmation';

-- the account of a change is the one that waits for this address
UPDATE jobs AS j SET j.payload = JSON_OBJECT(
    'mail', 'email_change_new',
    'to', JSON_UNQUOTE(JSON_EXTRACT(j.payload, '$.to')),
    'new_email', JSON_UNQUOTE(JSON_EXTRACT(j.payload, '$.to')),
    'user_id', COALESCE((SELECT CAST(MAX(u.id) AS CHAR) FROM users AS u
        WHERE u.username = JSON_UNQUOTE(JSON_EXTRACT(j.payload, '$.username'))), '1'),
    'username', JSON_UNQUOTE(JSON_EXTRACT(j.payload, '$.username')),
    'language', JSON_UNQUOTE(JSON_EXTRACT(j.payload, '$.language')),
    'system', JSON_UNQUOTE(JSON_EXTRACT(j.payload, '$.system')),
    'browser', JSON_UNQUOTE(JSON_EXTRACT(j.payload, '$.browser')))
WHERE j.kind = 'mail' AND JSON_VALID(j.payload)
    AND JSON_UNQUOTE(JSON_EXTRACT(j.payload, '$.template')) = 'email_change_new';

-- messages without a token keep their values
UPDATE jobs SET payload = JSON_SET(JSON_REMOVE(payload, '$.link', '$.delay'),
    '$.mail', JSON_UNQUOTE(JSON_EXTRACT(payload, '$.template')))
WHERE kind = 'mail' AND JSON_VALID(payload) AND JSON_EXTRACT(payload, '$.template') IS NOT NULL;
