-- Least privilege: the columns that the database account of each program may read and write. An attacker
-- who controls the program that sends pictures, for example, cannot read password hashes.
--
-- set-up-database creates the accounts and runs this file, in Fitgate's database after `fitgate-admin migrate`. By
-- hand, as an administrator of the server: CREATE USER fitgate_login@localhost IDENTIFIED BY '...' and so on for
-- every account named below, then `mariadb fitgate < grants.sql`; each program's URL goes to a settings file that
-- only this program gets, DATABASE_URL_LOGIN to /etc/fitgate/login.conf and so on, with mode 600; that of
-- fitgate_clean goes to /etc/fitgate/clean.conf, as DATABASE_URL_ADMIN.
--
-- After an upgrade, run it again: it withdraws what an earlier version granted.

REVOKE ALL PRIVILEGES, GRANT OPTION FROM fitgate_register@localhost, fitgate_login@localhost,
    fitgate_profile@localhost, fitgate_picture@localhost, fitgate_upload@localhost, fitgate_export@localhost,
    fitgate_users@localhost, fitgate_oauth@localhost, fitgate_workouts@localhost, fitgate_config@localhost,
    fitgate_pages@localhost, fitgate_gate@localhost, fitgate_worker@localhost, fitgate_clean@localhost;

-- Authentication: the token of a request, and the account that it belongs to.

GRANT SELECT (id, username, email, created_at, admin, first_name, last_name, location, bio, birth_date,
    picture, timezone, date_format, language, weekm, imperial_units, display_ascent,
    start_elevation_at_zero, use_raw_gpx_speed, is_active, suspended_at, active,
    email_to_confirm, accepted_policy_date, token_epoch, kept_token, proven_email)
    ON users TO fitgate_login@localhost, fitgate_profile@localhost, fitgate_upload@localhost,
    fitgate_export@localhost, fitgate_users@localhost, fitgate_oauth@localhost,
    fitgate_workouts@localhost, fitgate_config@localhost, fitgate_pages@localhost, fitgate_gate@localhost;
GRANT SELECT (id, token) ON blacklisted_tokens TO fitgate_login@localhost, fitgate_profile@localhost,
    fitgate_upload@localhost, fitgate_export@localhost, fitgate_users@localhost, fitgate_oauth@localhost,
    fitgate_workouts@localhost, fitgate_config@localhost, fitgate_pages@localhost, fitgate_gate@localhost;
GRANT SELECT (id, access_token, issued_at, expires_in, access_token_revoked_at, refresh_token_revoked_at,
    scope, user_id)
    ON oauth2_token TO fitgate_login@localhost, fitgate_profile@localhost, fitgate_upload@localhost,
    fitgate_export@localhost, fitgate_users@localhost, fitgate_oauth@localhost,
    fitgate_workouts@localhost, fitgate_config@localhost, fitgate_pages@localhost, fitgate_gate@localhost;
GRANT SELECT (id, token, expires_at, revoked_at, scope, user_id, last_used_at), UPDATE (last_used_at)
    ON personal_tokens TO fitgate_login@localhost, fitgate_profile@localhost,
    fitgate_upload@localhost, fitgate_export@localhost, fitgate_users@localhost, fitgate_oauth@localhost,
    fitgate_workouts@localhost, fitgate_config@localhost, fitgate_pages@localhost, fitgate_gate@localhost;
GRANT SELECT (token, last_seen_at), UPDATE (last_seen_at)
    ON sessions TO fitgate_login@localhost, fitgate_profile@localhost, fitgate_upload@localhost,
    fitgate_export@localhost, fitgate_users@localhost, fitgate_oauth@localhost,
    fitgate_workouts@localhost, fitgate_config@localhost, fitgate_pages@localhost, fitgate_gate@localhost;
-- the accounts of several requests are read by one query, which starts from their sessions
GRANT SELECT (user_id) ON sessions TO fitgate_profile@localhost, fitgate_gate@localhost;

-- The security logs of accounts: each use case records its event.

GRANT INSERT (user_id, kind, created_at, by_administrator, os, browser, network, detail)
    ON events TO fitgate_register@localhost, fitgate_login@localhost, fitgate_profile@localhost,
    fitgate_upload@localhost, fitgate_export@localhost, fitgate_users@localhost, fitgate_oauth@localhost,
    fitgate_pages@localhost;
-- a failed login, or a wrong password for a change
GRANT SELECT (occurrences, failure_key), INSERT (failure_key), UPDATE (user_id, occurrences)
    ON events TO fitgate_login@localhost, fitgate_profile@localhost, fitgate_users@localhost, fitgate_oauth@localhost,
    fitgate_pages@localhost;

-- The last errors, for the administrators: a program stores its own, and reads no message.

GRANT SELECT (program, slot, digest, first_at),
    INSERT (program, slot, digest, message, request, first_at, last_at),
    UPDATE (digest, message, request, first_at, last_at)
    ON recent_errors TO fitgate_register@localhost, fitgate_login@localhost, fitgate_profile@localhost,
    fitgate_picture@localhost, fitgate_upload@localhost, fitgate_export@localhost, fitgate_users@localhost,
    fitgate_oauth@localhost, fitgate_config@localhost, fitgate_pages@localhost, fitgate_gate@localhost,
    fitgate_workouts@localhost, fitgate_worker@localhost;

-- register: POST register, account/resend-confirmation

GRANT SELECT (id, username, email, is_active, unconfirmed, suspended_at, confirmation_sent_at),
    INSERT (username, email, password, created_at, accepted_policy_date, language, timezone, date_format,
    confirmation_sent_at, is_active, unconfirmed)
    ON users TO fitgate_register@localhost;
GRANT SELECT (id, username, email, sent_at),
    INSERT (username, email, password, language, accepted_policy_date, sent_at)
    ON registrations TO fitgate_register@localhost;
GRANT SELECT (user_id) ON workouts TO fitgate_register@localhost;
GRANT SELECT ON app_config TO fitgate_register@localhost;
GRANT SELECT, UPDATE ON registration_gate TO fitgate_register@localhost;
GRANT INSERT (kind, payload, run_after, created_at) ON jobs TO fitgate_register@localhost;
GRANT SELECT, INSERT, UPDATE ON throttle TO fitgate_register@localhost;
-- dialect 0.2: a registration is also a login
GRANT INSERT (user_id, token, token_epoch, os, browser, network, created_at, last_seen_at, expires_at)
    ON sessions TO fitgate_register@localhost;

-- login: POST login, logout, account/confirm, password/reset-request, password/update, email/update; sessions, tokens, events

GRANT SELECT (password, unconfirmed, confirmation_token, confirmation_sent_at, sessions_since),
    UPDATE (password, token_epoch, kept_token, sessions_since, email, email_to_confirm, confirmation_token,
    confirmation_sent_at, proven_email)
    ON users TO fitgate_login@localhost;
-- a link activates the registration that it was mailed for
GRANT UPDATE (username, language, accepted_policy_date, is_active, unconfirmed)
    ON users TO fitgate_login@localhost;
GRANT SELECT, UPDATE (username, password, confirmation_token, sent_at)
    ON registrations TO fitgate_login@localhost;
GRANT INSERT ON blacklisted_tokens TO fitgate_login@localhost;
GRANT SELECT, INSERT (user_id, token, token_epoch, os, browser, network, created_at, last_seen_at, expires_at), DELETE
    ON sessions TO fitgate_login@localhost;
GRANT UPDATE (access_token_revoked_at, refresh_token_revoked_at) ON oauth2_token TO fitgate_login@localhost;
GRANT SELECT (user_id, used_at), UPDATE (used_at) ON oauth2_code TO fitgate_login@localhost;
GRANT SELECT (user_id, used_at), UPDATE (used_at) ON oauth2_device_code TO fitgate_login@localhost;
GRANT UPDATE (revoked_at) ON personal_tokens TO fitgate_login@localhost;
GRANT SELECT ON events TO fitgate_login@localhost, fitgate_pages@localhost;
-- the owner's own tokens
GRANT SELECT (name, created_at), INSERT (user_id, name, token, scope, created_at, expires_at)
    ON personal_tokens TO fitgate_login@localhost;
GRANT INSERT (kind, payload, run_after, created_at) ON jobs TO fitgate_login@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO fitgate_login@localhost;

-- profile: GET profile, the edit endpoints, account/privacy-policy

GRANT SELECT (password, confirmation_token, confirmation_sent_at),
    UPDATE (first_name, last_name, location, bio, birth_date, date_format, timezone, language,
    display_ascent, imperial_units, start_elevation_at_zero, use_raw_gpx_speed, weekm,
    accepted_policy_date, password, token_epoch, kept_token, sessions_since, email, email_to_confirm,
    confirmation_token, confirmation_sent_at)
    ON users TO fitgate_profile@localhost;
-- a token from before there were sessions gets a row when it survives a change of the password
GRANT INSERT (user_id, token, token_epoch, os, browser, network, created_at, last_seen_at, expires_at)
    ON sessions TO fitgate_profile@localhost;
GRANT SELECT (privacy_policy_date) ON app_config TO fitgate_profile@localhost;
GRANT SELECT ON user_totals TO fitgate_profile@localhost;
GRANT SELECT (user_id, sport_id, distance, ascent, duration) ON workouts TO fitgate_profile@localhost;
GRANT SELECT ON records TO fitgate_profile@localhost;
GRANT SELECT ON sports TO fitgate_profile@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON users_sports_preferences TO fitgate_profile@localhost;
GRANT INSERT (kind, payload, run_after, created_at) ON jobs TO fitgate_profile@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO fitgate_profile@localhost;
-- dialect 0.2: a new password revokes all other tokens
GRANT UPDATE (access_token_revoked_at, refresh_token_revoked_at) ON oauth2_token TO fitgate_profile@localhost;
GRANT SELECT (user_id, used_at), UPDATE (used_at) ON oauth2_code TO fitgate_profile@localhost;
GRANT SELECT (user_id, used_at), UPDATE (used_at) ON oauth2_device_code TO fitgate_profile@localhost;
GRANT UPDATE (revoked_at) ON personal_tokens TO fitgate_profile@localhost;

-- upload: POST and DELETE picture

GRANT UPDATE (picture) ON users TO fitgate_upload@localhost;
GRANT SELECT (id, max_single_file_size, max_zip_file_size) ON app_config TO fitgate_upload@localhost;
-- the reply to an upload in dialect 0.2 contains the profile
GRANT SELECT (privacy_policy_date) ON app_config TO fitgate_upload@localhost;
GRANT SELECT ON user_totals TO fitgate_upload@localhost;
GRANT SELECT (user_id, sport_id, distance, ascent, duration) ON workouts TO fitgate_upload@localhost;
GRANT SELECT ON records TO fitgate_upload@localhost;

-- picture: GET users/<name>/picture

GRANT SELECT (id, username, picture, is_active, unconfirmed) ON users TO fitgate_picture@localhost;

-- export: GET account/export, POST account/export/request, GET account/export/<file>

GRANT SELECT, INSERT, UPDATE, DELETE ON users_data_export TO fitgate_export@localhost;
GRANT INSERT (kind, payload, run_after, created_at) ON jobs TO fitgate_export@localhost;

-- users: GET users, GET, PATCH and DELETE users/<name>, PATCH config, PATCH sports/<id>

GRANT SELECT (active, unconfirmed),
    UPDATE (admin, is_active, unconfirmed, password, token_epoch, kept_token, sessions_since, email, email_to_confirm,
    confirmation_token, confirmation_sent_at), DELETE
    ON users TO fitgate_users@localhost;
GRANT SELECT (confirmation_token, confirmation_sent_at) ON users TO fitgate_users@localhost;
GRANT SELECT, UPDATE ON user_count TO fitgate_users@localhost;
GRANT SELECT, UPDATE ON administrator_gate TO fitgate_users@localhost;
GRANT UPDATE (confirmation_token), DELETE ON registrations TO fitgate_users@localhost;
GRANT UPDATE (access_token_revoked_at, refresh_token_revoked_at) ON oauth2_token TO fitgate_users@localhost;
GRANT UPDATE (revoked_at) ON personal_tokens TO fitgate_users@localhost;
GRANT SELECT (user_id, used_at), UPDATE (used_at) ON oauth2_code TO fitgate_users@localhost;
GRANT SELECT (user_id, used_at), UPDATE (used_at) ON oauth2_device_code TO fitgate_users@localhost;
GRANT INSERT (kind, payload, run_after, created_at) ON jobs TO fitgate_users@localhost;
GRANT SELECT ON app_config TO fitgate_users@localhost;
GRANT SELECT ON user_totals TO fitgate_users@localhost;
GRANT SELECT (user_id, sport_id, distance, ascent, duration) ON workouts TO fitgate_users@localhost;
GRANT SELECT ON records TO fitgate_users@localhost;
GRANT UPDATE (max_users, gpx_limit_import, max_single_file_size, max_zip_file_size, admin_contact, about,
    privacy_policy, privacy_policy_date)
    ON app_config TO fitgate_users@localhost;
-- how many accounts count for max_users, which the configuration shows
GRANT SELECT (id, email, sent_at) ON registrations TO fitgate_users@localhost;
GRANT SELECT ON sports TO fitgate_users@localhost;
GRANT UPDATE (is_active) ON sports TO fitgate_users@localhost;
GRANT SELECT ON users_sports_preferences TO fitgate_users@localhost;
-- the first administrator creates an account by a link
GRANT SELECT, UPDATE (token) ON admin_invitation TO fitgate_users@localhost;
GRANT INSERT (username, email, password, created_at, accepted_policy_date, language, timezone, date_format,
    confirmation_sent_at, is_active, unconfirmed, admin)
    ON users TO fitgate_users@localhost;
GRANT SELECT (username) ON registrations TO fitgate_users@localhost;
-- the pages of the administration: suspending an account, and the administrator's password
GRANT SELECT (password), UPDATE (suspended_at) ON users TO fitgate_users@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO fitgate_users@localhost;
GRANT SELECT (owner, progress) ON jobs TO fitgate_users@localhost;
GRANT SELECT (file_size, updated_at) ON users_data_export TO fitgate_users@localhost;
GRANT SELECT ON findings TO fitgate_users@localhost;
GRANT SELECT ON recent_errors TO fitgate_users@localhost;
-- an account is deleted with everything that belongs to it
GRANT SELECT (id, kind, payload, attempts, created_at, run_after, failed_at, last_error),
    UPDATE (owner, attempts, run_after, failed_at), DELETE ON jobs TO fitgate_users@localhost;
GRANT SELECT (id, completed, file_name, created_at), UPDATE (completed, updated_at)
    ON users_data_export TO fitgate_users@localhost;
GRANT SELECT (id), DELETE ON workouts TO fitgate_users@localhost;
GRANT SELECT (workout_id), DELETE ON workout_segments TO fitgate_users@localhost;
GRANT DELETE ON records TO fitgate_users@localhost;
GRANT DELETE ON user_totals TO fitgate_users@localhost;
GRANT DELETE ON users_sports_preferences TO fitgate_users@localhost;
GRANT SELECT (user_id), DELETE ON users_data_export TO fitgate_users@localhost;
GRANT DELETE ON personal_tokens TO fitgate_users@localhost;
GRANT SELECT (client_id, user_id) ON oauth2_client TO fitgate_users@localhost;
GRANT SELECT (client_id), DELETE ON oauth2_token TO fitgate_users@localhost;
GRANT SELECT (client_id), DELETE ON oauth2_code TO fitgate_users@localhost;

-- oauth: /api/oauth/, /.well-known/oauth-authorization-server

GRANT SELECT, INSERT (client_id, client_secret, client_id_issued_at, client_metadata, user_id), DELETE
    ON oauth2_client TO fitgate_oauth@localhost;
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON oauth2_code TO fitgate_oauth@localhost;
GRANT SELECT, INSERT, UPDATE (used_at, last_polled_at, poll_interval), DELETE
    ON oauth2_device_code TO fitgate_oauth@localhost;
-- the statement that refreshes a token needs UPDATE for all columns that it inserts
GRANT SELECT (client_id, refresh_token, grant_id, replaced_by), INSERT, UPDATE, DELETE
    ON oauth2_token TO fitgate_oauth@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO fitgate_oauth@localhost;

-- workouts: GET workouts, workouts/<id>, stats/<name>/by_time, stats/<name>/by_sport, records

GRANT SELECT (id, uuid, user_id, sport_id, title, gpx, creation_date, modification_date, workout_date, duration,
    pauses, moving, distance, min_alt, max_alt, descent, ascent, max_speed, ave_speed, bounds, map, map_id,
    weather_start, weather_end, notes)
    ON workouts TO fitgate_workouts@localhost;
GRANT SELECT (workout_id, workout_uuid, segment_id, duration, pauses, moving, distance, min_alt, max_alt, descent,
    ascent, max_speed, ave_speed)
    ON workout_segments TO fitgate_workouts@localhost;
GRANT SELECT (id, user_id, sport_id, workout_id, workout_uuid, record_type, workout_date, value)
    ON records TO fitgate_workouts@localhost;
GRANT SELECT (id) ON sports TO fitgate_workouts@localhost;

-- config: GET config, ping, sports

GRANT SELECT ON app_config TO fitgate_config@localhost;
GRANT SELECT ON sports TO fitgate_config@localhost;
GRANT SELECT ON users_sports_preferences TO fitgate_config@localhost;
GRANT SELECT (sport_id) ON workouts TO fitgate_config@localhost;
-- how many accounts count for max_users
GRANT SELECT (unconfirmed, confirmation_sent_at) ON users TO fitgate_config@localhost;
GRANT SELECT (id, email, sent_at) ON registrations TO fitgate_config@localhost;
GRANT SELECT (user_id) ON workouts TO fitgate_config@localhost;

-- pages: the account pages, which do what register, login, profile, upload and export do

GRANT SELECT (password, unconfirmed, confirmation_token, confirmation_sent_at, sessions_since),
    INSERT (username, email, password, created_at, accepted_policy_date, language, timezone, date_format,
    confirmation_sent_at, is_active, unconfirmed),
    UPDATE (username, password, token_epoch, kept_token, sessions_since, email, email_to_confirm, confirmation_token,
    confirmation_sent_at, is_active, unconfirmed, first_name, last_name, location, bio, birth_date,
    date_format, timezone, language, display_ascent, imperial_units, start_elevation_at_zero,
    use_raw_gpx_speed, weekm, accepted_policy_date, picture, proven_email)
    ON users TO fitgate_pages@localhost;
GRANT SELECT (id, username, email, password, language, accepted_policy_date, sent_at, confirmation_token),
    INSERT (username, email, password, language, accepted_policy_date, sent_at),
    UPDATE (username, password, confirmation_token, sent_at)
    ON registrations TO fitgate_pages@localhost;
GRANT SELECT, UPDATE ON registration_gate TO fitgate_pages@localhost;
GRANT INSERT ON blacklisted_tokens TO fitgate_pages@localhost;
GRANT SELECT, INSERT (user_id, token, token_epoch, os, browser, network, created_at, last_seen_at, expires_at), DELETE
    ON sessions TO fitgate_pages@localhost;
GRANT UPDATE (access_token_revoked_at, refresh_token_revoked_at) ON oauth2_token TO fitgate_pages@localhost;
-- the user's applications, and the consent
GRANT SELECT (id, client_id, client_id_issued_at, client_metadata, user_id),
    INSERT (client_id, client_secret, client_id_issued_at, client_metadata, user_id), DELETE
    ON oauth2_client TO fitgate_pages@localhost;
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON oauth2_code TO fitgate_pages@localhost;
GRANT SELECT, UPDATE (used_at, approved_at, denied_at, grant_id), DELETE
    ON oauth2_device_code TO fitgate_pages@localhost;
GRANT SELECT (client_id, grant_id), DELETE ON oauth2_token TO fitgate_pages@localhost;
GRANT SELECT (name, created_at), INSERT (user_id, name, token, scope, created_at, expires_at), UPDATE (revoked_at)
    ON personal_tokens TO fitgate_pages@localhost;
GRANT INSERT (kind, payload, run_after, created_at) ON jobs TO fitgate_pages@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO fitgate_pages@localhost;
GRANT SELECT ON app_config TO fitgate_pages@localhost;
GRANT SELECT ON user_totals TO fitgate_pages@localhost;
GRANT SELECT (user_id, sport_id, distance, ascent, duration) ON workouts TO fitgate_pages@localhost;
GRANT SELECT ON records TO fitgate_pages@localhost;
GRANT SELECT ON sports TO fitgate_pages@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON users_sports_preferences TO fitgate_pages@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON users_data_export TO fitgate_pages@localhost;
-- a user deletes the own account with everything that belongs to it
GRANT SELECT (active), DELETE ON users TO fitgate_pages@localhost;
GRANT SELECT, UPDATE ON administrator_gate TO fitgate_pages@localhost;
GRANT SELECT, UPDATE ON user_count TO fitgate_pages@localhost;
GRANT DELETE ON registrations TO fitgate_pages@localhost;
GRANT SELECT (id, kind, payload), DELETE ON jobs TO fitgate_pages@localhost;
GRANT SELECT (id), DELETE ON workouts TO fitgate_pages@localhost;
GRANT SELECT (workout_id), DELETE ON workout_segments TO fitgate_pages@localhost;
GRANT DELETE ON records TO fitgate_pages@localhost;
GRANT DELETE ON user_totals TO fitgate_pages@localhost;
GRANT DELETE ON personal_tokens TO fitgate_pages@localhost;

-- gate: checks for other applications; failed logins count

GRANT SELECT, INSERT, UPDATE ON throttle TO fitgate_gate@localhost;

-- worker: mail, archives, files of deleted accounts

GRANT SELECT ON users TO fitgate_worker@localhost;
GRANT UPDATE (confirmation_token, confirmation_sent_at, unconfirmed), DELETE
    ON users TO fitgate_worker@localhost;
GRANT SELECT (id, username, email, language, sent_at, confirmation_token), UPDATE (confirmation_token, sent_at), DELETE
    ON registrations TO fitgate_worker@localhost;
GRANT SELECT (user_id) ON users_sports_preferences TO fitgate_worker@localhost;
GRANT SELECT ON user_totals TO fitgate_worker@localhost;
GRANT SELECT ON app_config TO fitgate_worker@localhost;
GRANT SELECT ON sports TO fitgate_worker@localhost;
GRANT SELECT ON workouts TO fitgate_worker@localhost;
GRANT SELECT ON workout_segments TO fitgate_worker@localhost;
GRANT SELECT ON records TO fitgate_worker@localhost;
GRANT SELECT, UPDATE ON users_data_export TO fitgate_worker@localhost;
GRANT SELECT, DELETE ON events TO fitgate_worker@localhost;
GRANT SELECT ON sessions TO fitgate_worker@localhost;
GRANT SELECT (user_id, id, name, scope, created_at, expires_at, last_used_at, revoked_at)
    ON personal_tokens TO fitgate_worker@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO fitgate_worker@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO fitgate_worker@localhost;
-- the hourly checks of the site
GRANT SELECT, INSERT, DELETE ON findings TO fitgate_worker@localhost;
GRANT SELECT ON schema_version TO fitgate_worker@localhost;
GRANT SELECT (last_at), DELETE ON recent_errors TO fitgate_worker@localhost;

-- clean: the daily cleanup (fitgate-admin clean)

GRANT SELECT (id, expired_at), DELETE ON blacklisted_tokens TO fitgate_clean@localhost;
GRANT SELECT (id, issued_at, expires_in, access_token_revoked_at, refresh_token_revoked_at, grant_id), DELETE
    ON oauth2_token TO fitgate_clean@localhost;
GRANT SELECT (id, auth_time), DELETE ON oauth2_code TO fitgate_clean@localhost;
GRANT SELECT (id, created_at), DELETE ON oauth2_device_code TO fitgate_clean@localhost;
GRANT SELECT (id, expires_at), DELETE ON sessions TO fitgate_clean@localhost;
GRANT SELECT (id, expires_at, revoked_at), DELETE ON personal_tokens TO fitgate_clean@localhost;
GRANT SELECT (id, user_id, file_name, completed, created_at), DELETE
    ON users_data_export TO fitgate_clean@localhost;
GRANT SELECT (id, kind, failed_at), DELETE ON jobs TO fitgate_clean@localhost;
-- accounts that were never confirmed, and reserved names
GRANT SELECT (id, email, is_active, unconfirmed, suspended_at, confirmation_sent_at), UPDATE (unconfirmed), DELETE
    ON users TO fitgate_clean@localhost;
GRANT SELECT (id, email, sent_at), DELETE ON registrations TO fitgate_clean@localhost;
GRANT SELECT (user_id) ON workouts TO fitgate_clean@localhost;
GRANT SELECT (user_id) ON users_sports_preferences TO fitgate_clean@localhost;

-- The kinds of jobs, which privileges cannot express: each program adds and deletes only its own kinds.

DROP TRIGGER IF EXISTS jobs_insert_kind;
DROP TRIGGER IF EXISTS jobs_delete_kind;

DELIMITER //

CREATE TRIGGER jobs_insert_kind BEFORE INSERT ON jobs FOR EACH ROW
IF (SUBSTRING_INDEX(USER(), '@', 1) IN ('fitgate_register', 'fitgate_login', 'fitgate_profile')
        AND NEW.kind <> 'mail')
    OR (SUBSTRING_INDEX(USER(), '@', 1) = 'fitgate_export' AND NEW.kind <> 'export')
    OR (SUBSTRING_INDEX(USER(), '@', 1) = 'fitgate_pages' AND NEW.kind NOT IN ('mail', 'export', 'cleanup'))
    OR (SUBSTRING_INDEX(USER(), '@', 1) = 'fitgate_users' AND NEW.kind NOT IN ('mail', 'cleanup')) THEN
    SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1142, MESSAGE_TEXT = 'this account must not add jobs of this kind';
END IF//

CREATE TRIGGER jobs_delete_kind BEFORE DELETE ON jobs FOR EACH ROW
IF SUBSTRING_INDEX(USER(), '@', 1) = 'fitgate_pages' AND OLD.kind <> 'mail' THEN
    SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1142, MESSAGE_TEXT = 'this account must not delete jobs of this kind';
END IF//

DELIMITER ;
