-- Least privilege: what the database account of each program may read and write, and no more. Whoever gets
-- hold of one program cannot read the password hashes with another's rights.
--
-- Make the accounts, then run this file in Fitgate's database, after `fitgate-admin migrate`:
--
--	CREATE USER fitgate_login@localhost IDENTIFIED BY '...';   -- and the other six
--	mysql fitgate < grants.sql
--
-- and give each program its own: DATABASE_URL_LOGIN='mysql://fitgate_login:...@localhost/fitgate' and so on.
-- Under systemd that stands in /etc/fitgate/login.env and so on, each with mode 600, because fitgate.conf
-- is handed to every program. For the same reason DATABASE_URL, with all rights on the database, then moves
-- from there to /etc/fitgate/admin.env, as DATABASE_URL_ADMIN.

-- Who asks: the token of a request, and the account that it belongs to.

GRANT SELECT (id, username, email, created_at, admin, first_name, last_name, location, bio, birth_date,
    picture, timezone, date_format, language, weekm, imperial_units, display_ascent,
    start_elevation_at_zero, use_raw_gpx_speed, is_active, suspended_at, email_to_confirm,
    accepted_policy_date, token_epoch, kept_token)
    ON users TO fitgate_login@localhost, fitgate_profile@localhost, fitgate_picture@localhost,
    fitgate_export@localhost, fitgate_config@localhost;
GRANT SELECT (id, token) ON blacklisted_tokens TO fitgate_login@localhost, fitgate_profile@localhost,
    fitgate_picture@localhost, fitgate_export@localhost, fitgate_config@localhost;
GRANT SELECT (id, access_token, issued_at, expires_in, access_token_revoked_at, refresh_token_revoked_at,
    scope, user_id)
    ON oauth2_token TO fitgate_login@localhost, fitgate_profile@localhost, fitgate_picture@localhost,
    fitgate_export@localhost, fitgate_config@localhost;
GRANT SELECT (id, token, expires_at, revoked_at, scope, user_id, last_used_at), UPDATE (last_used_at)
    ON personal_tokens TO fitgate_login@localhost, fitgate_profile@localhost,
    fitgate_picture@localhost, fitgate_export@localhost, fitgate_config@localhost;

-- register: POST register, account/confirm, account/resend-confirmation

GRANT SELECT (id, username, email, email_to_confirm, is_active, suspended_at, token_epoch,
    confirmation_token, confirmation_sent_at),
    INSERT (username, email, password, created_at, accepted_policy_date, language, timezone, date_format,
    confirmation_token, confirmation_sent_at, is_active, admin),
    UPDATE (is_active, confirmation_token, confirmation_sent_at)
    ON users TO fitgate_register@localhost;
GRANT SELECT ON app_config TO fitgate_register@localhost;
GRANT SELECT, UPDATE ON registration_gate TO fitgate_register@localhost;
GRANT SELECT (id), INSERT (kind, payload, run_after, created_at), DELETE
    ON jobs TO fitgate_register@localhost;
GRANT SELECT, INSERT, UPDATE ON throttle TO fitgate_register@localhost;

-- login: POST login, logout, password/reset-request, password/update, email/update

GRANT SELECT (password, confirmation_token, confirmation_sent_at),
    UPDATE (password, token_epoch, kept_token, email, email_to_confirm, confirmation_token,
    confirmation_sent_at)
    ON users TO fitgate_login@localhost;
GRANT INSERT ON blacklisted_tokens TO fitgate_login@localhost;
GRANT UPDATE (access_token_revoked_at) ON oauth2_token TO fitgate_login@localhost;
GRANT UPDATE (revoked_at) ON personal_tokens TO fitgate_login@localhost;
GRANT INSERT (kind, payload, run_after, created_at) ON jobs TO fitgate_login@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO fitgate_login@localhost;

-- profile: GET profile, the edit endpoints, account/privacy-policy

GRANT SELECT (password, confirmation_token, confirmation_sent_at),
    UPDATE (first_name, last_name, location, bio, birth_date, date_format, timezone, language,
    display_ascent, imperial_units, start_elevation_at_zero, use_raw_gpx_speed, weekm,
    accepted_policy_date, password, token_epoch, kept_token, email, email_to_confirm,
    confirmation_token, confirmation_sent_at)
    ON users TO fitgate_profile@localhost;
GRANT SELECT (privacy_policy_date) ON app_config TO fitgate_profile@localhost;
GRANT SELECT ON user_totals TO fitgate_profile@localhost;
GRANT SELECT (user_id, sport_id, distance, ascent, duration) ON workouts TO fitgate_profile@localhost;
GRANT SELECT ON records TO fitgate_profile@localhost;
GRANT SELECT ON sports TO fitgate_profile@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON users_sports_preferences TO fitgate_profile@localhost;
GRANT INSERT (kind, payload, run_after, created_at) ON jobs TO fitgate_profile@localhost;
GRANT SELECT, INSERT, UPDATE ON throttle TO fitgate_profile@localhost;

-- picture: POST and DELETE picture, GET users/<name>/picture

GRANT UPDATE (picture) ON users TO fitgate_picture@localhost;
GRANT SELECT (id, max_single_file_size, max_zip_file_size) ON app_config TO fitgate_picture@localhost;
-- an upload in dialect 0.2 is answered with the profile
GRANT SELECT (privacy_policy_date) ON app_config TO fitgate_picture@localhost;
GRANT SELECT ON user_totals TO fitgate_picture@localhost;
GRANT SELECT (user_id, sport_id, distance, ascent, duration) ON workouts TO fitgate_picture@localhost;
GRANT SELECT ON records TO fitgate_picture@localhost;

-- export: GET account/export, POST account/export/request, GET account/export/<file>

GRANT SELECT, INSERT, UPDATE, DELETE ON users_data_export TO fitgate_export@localhost;
GRANT INSERT (kind, payload, run_after, created_at) ON jobs TO fitgate_export@localhost;

-- config: GET config, ping, sports

GRANT SELECT ON app_config TO fitgate_config@localhost;
GRANT SELECT ON sports TO fitgate_config@localhost;
GRANT SELECT ON users_sports_preferences TO fitgate_config@localhost;
GRANT SELECT (sport_id) ON workouts TO fitgate_config@localhost;

-- worker: mail, archives, files of deleted accounts

GRANT SELECT ON users TO fitgate_worker@localhost;
GRANT UPDATE (confirmation_token, confirmation_sent_at) ON users TO fitgate_worker@localhost;
GRANT SELECT ON user_totals TO fitgate_worker@localhost;
GRANT SELECT ON app_config TO fitgate_worker@localhost;
GRANT SELECT ON sports TO fitgate_worker@localhost;
GRANT SELECT ON workouts TO fitgate_worker@localhost;
GRANT SELECT ON workout_segments TO fitgate_worker@localhost;
GRANT SELECT ON records TO fitgate_worker@localhost;
GRANT SELECT, UPDATE ON users_data_export TO fitgate_worker@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO fitgate_worker@localhost;
GRANT SELECT, DELETE ON throttle TO fitgate_worker@localhost;
