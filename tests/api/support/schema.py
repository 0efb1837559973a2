"""The expected tables (schema), to compare with a migrated database."""

import re

# column  type  null: ! or ?  default (- none); types as information_schema names them
TABLES = {
    'users': """
        id int ! -
        username varchar(255) ! -
        email varchar(255) ! -
        password varchar(255)/ascii_bin ! -
        created_at datetime(6) ! -
        admin tinyint ! 0
        first_name varchar(80) ? -
        last_name varchar(80) ? -
        birth_date datetime ? -
        location varchar(80) ? -
        bio varchar(200) ? -
        picture varchar(255) ? -
        timezone varchar(50) ? -
        date_format varchar(50) ? -
        weekm tinyint ! 0
        language varchar(50) ? -
        imperial_units tinyint ! 0
        is_active tinyint ! 0
        email_to_confirm varchar(255) ? -
        confirmation_token char(64)/ascii_bin ? -
        display_ascent tinyint ! 1
        accepted_policy_date datetime(6) ? -
        start_elevation_at_zero tinyint ! 1
        use_raw_gpx_speed tinyint ! 0
        confirmation_sent_at datetime(6) ? -
        token_epoch int ! 0
        kept_token char(64)/ascii_bin ? -
        suspended_at datetime(6) ? -
        unconfirmed tinyint ! 0
        sessions_since datetime(6) ? -
        proven_email varchar(255)/utf8mb4_bin ? -
        active tinyint ? -""",
    'sports': """
        id int ! -
        label varchar(50) ! -
        is_active tinyint ! 1
        stopped_speed_threshold double ! 1""",
    'users_sports_preferences': """
        user_id int ! -
        sport_id int ! -
        color varchar(50) ? -
        is_active tinyint ! 1
        stopped_speed_threshold double ! 1""",
    'workouts': """
        id int ! -
        uuid char(36)/ascii_bin ! -
        user_id int ! -
        sport_id int ! -
        title varchar(255) ? -
        gpx varchar(255) ? -
        creation_date datetime(6) ? -
        modification_date datetime(6) ? -
        workout_date datetime(6) ! -
        duration int ! -
        pauses int ? -
        moving int ? -
        distance decimal(6,3) ? -
        min_alt decimal(6,2) ? -
        max_alt decimal(6,2) ? -
        descent decimal(8,3) ? -
        ascent decimal(8,3) ? -
        max_speed decimal(6,2) ? -
        ave_speed decimal(6,2) ? -
        bounds json ? -
        map varchar(255) ? -
        map_id varchar(50) ? -
        weather_start json ? -
        weather_end json ? -
        notes varchar(500) ? -""",
    'workout_segments': """
        workout_id int ! -
        workout_uuid char(36)/ascii_bin ! -
        segment_id int ! -
        duration int ! -
        pauses int ? -
        moving int ? -
        distance decimal(6,3) ? -
        min_alt decimal(6,2) ? -
        max_alt decimal(6,2) ? -
        descent decimal(8,3) ? -
        ascent decimal(8,3) ? -
        max_speed decimal(6,2) ? -
        ave_speed decimal(6,2) ? -""",
    'records': """
        id int ! -
        user_id int ! -
        sport_id int ! -
        workout_id int ! -
        workout_uuid char(36)/ascii_bin ! -
        record_type enum('AS','FD','HA','LD','MS') ? -
        workout_date datetime(6) ! -
        value int ? -""",
    'blacklisted_tokens': """
        id int ! -
        token char(64)/ascii_bin ! -
        expired_at bigint ! -
        blacklisted_on datetime(6) ! -""",
    'users_data_export': """
        id int ! -
        user_id int ? -
        created_at datetime(6) ! -
        updated_at datetime(6) ? -
        completed tinyint ! 0
        file_name varchar(100)/ascii_bin ? -
        file_size bigint ? -""",
    'app_config': """
        id int ! -
        max_users int ! 0
        gpx_limit_import int ! 10
        max_single_file_size int ! 1048576
        max_zip_file_size int ! 10485760
        admin_contact varchar(255) ? -
        privacy_policy_date datetime(6) ? -
        privacy_policy text ? -
        about text ? -""",
    'oauth2_client': """
        id int ! -
        client_id varchar(48)/ascii_bin ? -
        client_secret varchar(120)/ascii_bin ? -
        client_id_issued_at int ! 0
        client_secret_expires_at int ! 0
        client_metadata text ? -
        user_id int ? -""",
    'oauth2_token': """
        id int ! -
        client_id varchar(48)/ascii_bin ? -
        token_type varchar(40) ? -
        access_token varchar(255)/ascii_bin ! -
        refresh_token varchar(255)/ascii_bin ? -
        scope text ? -
        issued_at int ! -
        access_token_revoked_at int ! 0
        refresh_token_revoked_at int ! 0
        expires_in int ! 0
        user_id int ? -
        grant_id char(32)/ascii_bin ? -
        replaced_by char(64)/ascii_bin ? -""",
    'oauth2_code': """
        id int ! -
        code char(64)/ascii_bin ! -
        client_id varchar(48)/ascii_bin ? -
        redirect_uri text ? -
        response_type text ? -
        scope text ? -
        nonce text ? -
        auth_time int ! -
        code_challenge text ? -
        code_challenge_method varchar(48) ? -
        user_id int ? -
        used_at int ! 0
        grant_id char(32)/ascii_bin ? -""",
}
OURS = ('jobs', 'oauth2_device_code', 'personal_tokens', 'user_totals', 'user_count', 'sessions',
        'events', 'admin_invitation', 'findings', 'recent_errors', 'schema_version')
GENERAL_COLLATION = 'utf8mb4_unicode_ci'

PRIMARY_KEYS = {'users_sports_preferences': 'user_id,sport_id',
                'workout_segments': 'workout_id,segment_id'}
UNIQUE_KEYS = {  # (table, name, or None where the schema gives no name): columns
    ('users', 'users_username_key'): 'username', ('users', 'users_email_key'): 'email',
    ('users', 'users_confirmation_token_key'): 'confirmation_token', ('sports', None): 'label',
    ('workouts', 'workouts_uuid_key'): 'uuid',
    ('records', 'user_sports_records'): 'user_id,sport_id,record_type',
    ('blacklisted_tokens', None): 'token',
    ('users_data_export', 'ix_users_data_export_user_id'): 'user_id',
    ('oauth2_client', 'oauth2_client_client_id_key'): 'client_id',
    ('oauth2_token', 'oauth2_token_access_token_key'): 'access_token',
    ('oauth2_token', 'oauth2_token_refresh_token_key'): 'refresh_token',
    ('oauth2_code', None): 'code',
}
INDEXES = {
    ('users', 'ix_users_active'): 'active', ('users', 'ix_users_admin'): 'admin',
    ('users', 'ix_users_created_at'): 'created_at',
    ('workouts', 'ix_workouts_user_id'): 'user_id',
    ('workouts', 'ix_workouts_sport_id'): 'sport_id',
    ('workouts', 'ix_workouts_workout_date'): 'workout_date',
    ('workouts', 'ix_workouts_map_id'): 'map_id',
    ('workouts', 'ix_workouts_user_date'): 'user_id,workout_date,id', ('blacklisted_tokens', None): 'expired_at',
    ('oauth2_client', 'ix_oauth2_client_client_id'): 'client_id',
    ('oauth2_client', 'ix_oauth2_client_user_id'): 'user_id',
    ('oauth2_token', 'ix_oauth2_token_user_id'): 'user_id',
    ('oauth2_token', 'ix_oauth2_token_client_id'): 'client_id',
    ('oauth2_token', 'ix_oauth2_token_grant_id'): 'grant_id',
    ('oauth2_code', 'ix_oauth2_code_client_id'): 'client_id',
    ('oauth2_code', 'ix_oauth2_code_user_id'): 'user_id',
}
FOREIGN_KEYS = {
    ('users_sports_preferences', 'user_id', 'users', 'RESTRICT'),
    ('users_sports_preferences', 'sport_id', 'sports', 'RESTRICT'),
    ('workouts', 'user_id', 'users', 'RESTRICT'), ('workouts', 'sport_id', 'sports', 'RESTRICT'),
    ('workout_segments', 'workout_id', 'workouts', 'RESTRICT'),
    ('records', 'user_id', 'users', 'RESTRICT'), ('records', 'sport_id', 'sports', 'RESTRICT'),
    ('records', 'workout_id', 'workouts', 'RESTRICT'),
    ('users_data_export', 'user_id', 'users', 'CASCADE'),
    ('oauth2_client', 'user_id', 'users', 'CASCADE'),
    ('oauth2_token', 'user_id', 'users', 'CASCADE'),
    ('oauth2_code', 'user_id', 'users', 'CASCADE'),
}
SPORTS = [
    ('Cycling (Sport)', 1), ('Cycling (Transport)', 1), ('Hiking', 0.1), ('Mountain Biking', 1),
    ('Running', 1), ('Walking', 0.1), ('Mountain Biking (Electric)', 1), ('Trail', 0.1),
    ('Skiing (Alpine)', 1), ('Skiing (Cross Country)', 0.1), ('Rowing', 1), ('Snowshoes', 0.1),
    ('Cycling (Virtual)', 1), ('Mountaineering', 0.1)]


def expected_columns(table):
    """[(name, type, collation or None, nullable, default or None)] in order."""
    columns = []
    for line in TABLES[table].split('\n')[1:]:
        name, kind, null, default = line.split()
        kind, _, collation = kind.partition('/')
        if not collation and kind.startswith(('varchar', 'char', 'text', 'enum')):
            collation = GENERAL_COLLATION
        columns.append((name, kind, collation or None, null == '?',
                        None if default == '-' else float(default)))
    return columns


def actual_columns(sql, table):
    rows = sql.rows('SELECT * FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() '
                    'AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION', table)
    return [_column(sql, row) for row in rows]


def _column(sql, row):
    kind, collation = row['COLUMN_TYPE'], row['COLLATION_NAME']
    if kind.startswith(('int', 'tinyint', 'bigint')):
        kind = kind.partition('(')[0]  # the display width does not matter
    if kind == 'longtext' and _is_json(sql, row):
        kind, collation = 'json', None  # the type of JSON in MariaDB
    default = row['COLUMN_DEFAULT']
    return (row['COLUMN_NAME'], kind, collation, row['IS_NULLABLE'] == 'YES',
            None if default in (None, 'NULL') else float(default))


def _is_json(sql, row):
    return bool(sql.rows(
        'SELECT 1 FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() '
        "AND TABLE_NAME = %s AND CHECK_CLAUSE LIKE %s", row['TABLE_NAME'],
        f'json_valid(`{row["COLUMN_NAME"]}`)'))


def keys(sql, unique):
    """{(table, name): columns} of all unique keys, or of all others."""
    rows = sql.rows(
        'SELECT TABLE_NAME, INDEX_NAME, '
        'GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) AS columns_ '
        'FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = %s '
        'GROUP BY TABLE_NAME, INDEX_NAME', 0 if unique else 1)
    return {(row['TABLE_NAME'], row['INDEX_NAME']): row['columns_'] for row in rows}


def foreign_keys(sql):
    """{(table, column, referenced table, action on deletion)}; NO ACTION is RESTRICT."""
    rows = sql.rows(
        'SELECT k.TABLE_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, r.DELETE_RULE '
        'FROM information_schema.KEY_COLUMN_USAGE AS k '
        'JOIN information_schema.REFERENTIAL_CONSTRAINTS AS r '
        'ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME '
        'AND r.TABLE_NAME = k.TABLE_NAME '
        'WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL')
    return {(row['TABLE_NAME'], row['COLUMN_NAME'], row['REFERENCED_TABLE_NAME'],
             row['DELETE_RULE'].replace('NO ACTION', 'RESTRICT')) for row in rows}


def definition(sql, table):
    """The statement that creates the table, without the id of its next row."""
    text = sql.rows(f'SHOW CREATE TABLE {table}')[0]['Create Table']
    return re.sub(r' AUTO_INCREMENT=\d+', '', text)


def whole(sql):
    """The whole definition of a database as text, and the rows of the tables that a migration fills."""
    parts = {name: definition(sql, name) for name in sql.tables()}
    for row in sql.rows('SELECT TRIGGER_NAME, ACTION_STATEMENT FROM information_schema.TRIGGERS '
                        'WHERE TRIGGER_SCHEMA = DATABASE()'):
        parts[f'trigger {row["TRIGGER_NAME"]}'] = row['ACTION_STATEMENT']
    for name in ('sports', 'app_config', 'registration_gate', 'administrator_gate', 'user_count'):
        rows = sql.rows(f'SELECT * FROM {name}')
        # an INSERT that was rolled back has used an id
        parts[f'rows of {name}'] = [{**row, 'id': 0} for row in rows] if len(rows) == 1 else rows
    parts['versions'] = sql.rows('SELECT version, name, checksum, state FROM schema_version')
    return parts
