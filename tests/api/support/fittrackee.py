"""The database of a FitTrackee 0.7.18 that has been in use: its tables in PostgreSQL, and rows of
all kinds."""

import uuid

from tests.harness.people import PASSWORD, cheap_hash

SCHEMA = """
CREATE TYPE record_types AS ENUM ('AS', 'FD', 'LD', 'MS', 'HA');
CREATE TABLE users (
    id serial PRIMARY KEY, username varchar(255) NOT NULL UNIQUE, email varchar(255) NOT NULL UNIQUE,
    password varchar(255) NOT NULL, created_at timestamp NOT NULL, admin boolean NOT NULL,
    first_name varchar(80), last_name varchar(80), birth_date timestamp, location varchar(80),
    bio varchar(200), picture varchar(255), timezone varchar(50), date_format varchar(50),
    weekm boolean NOT NULL, language varchar(50), imperial_units boolean NOT NULL,
    is_active boolean NOT NULL, email_to_confirm varchar(255), confirmation_token varchar(255),
    display_ascent boolean NOT NULL, accepted_policy_date timestamp,
    start_elevation_at_zero boolean NOT NULL, use_raw_gpx_speed boolean NOT NULL);
CREATE TABLE sports (
    id serial PRIMARY KEY, label varchar(50) NOT NULL UNIQUE, is_active boolean NOT NULL,
    stopped_speed_threshold double precision NOT NULL);
CREATE TABLE users_sports_preferences (
    user_id integer REFERENCES users, sport_id integer REFERENCES sports, color varchar(50),
    is_active boolean NOT NULL, stopped_speed_threshold double precision NOT NULL,
    PRIMARY KEY (user_id, sport_id));
CREATE TABLE workouts (
    id serial PRIMARY KEY, uuid uuid NOT NULL UNIQUE, user_id integer NOT NULL REFERENCES users,
    sport_id integer NOT NULL REFERENCES sports, title varchar(255), gpx varchar(255),
    creation_date timestamp, modification_date timestamp, workout_date timestamp NOT NULL,
    duration interval NOT NULL, pauses interval, moving interval, distance numeric(6,3),
    min_alt numeric(6,2), max_alt numeric(6,2), descent numeric(8,3), ascent numeric(8,3),
    max_speed numeric(6,2), ave_speed numeric(6,2), bounds double precision[], map varchar(255),
    map_id varchar(50), weather_start json, weather_end json, notes varchar(500));
CREATE TABLE workout_segments (
    workout_id integer REFERENCES workouts, workout_uuid uuid NOT NULL, segment_id integer,
    duration interval NOT NULL, pauses interval, moving interval, distance numeric(6,3),
    min_alt numeric(6,2), max_alt numeric(6,2), descent numeric(8,3), ascent numeric(8,3),
    max_speed numeric(6,2), ave_speed numeric(6,2), PRIMARY KEY (workout_id, segment_id));
CREATE TABLE records (
    id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES users,
    sport_id integer NOT NULL REFERENCES sports, workout_id integer NOT NULL REFERENCES workouts,
    workout_uuid uuid NOT NULL, record_type record_types, workout_date timestamp NOT NULL, value integer,
    UNIQUE (user_id, sport_id, record_type));
CREATE TABLE blacklisted_tokens (
    id serial PRIMARY KEY, token varchar(500) NOT NULL UNIQUE, expired_at integer NOT NULL,
    blacklisted_on timestamp NOT NULL);
CREATE TABLE users_data_export (
    id serial PRIMARY KEY, user_id integer UNIQUE REFERENCES users ON DELETE CASCADE,
    created_at timestamp NOT NULL, updated_at timestamp, completed boolean NOT NULL,
    file_name varchar(100), file_size integer);
CREATE TABLE app_config (
    id serial PRIMARY KEY, max_users integer NOT NULL, gpx_limit_import integer NOT NULL,
    max_single_file_size integer NOT NULL, max_zip_file_size integer NOT NULL,
    admin_contact varchar(255), privacy_policy_date timestamp, privacy_policy text, about text);
CREATE TABLE oauth2_client (
    id serial PRIMARY KEY, client_id varchar(48), client_secret varchar(120),
    client_id_issued_at integer NOT NULL, client_secret_expires_at integer NOT NULL,
    client_metadata text, user_id integer REFERENCES users ON DELETE CASCADE);
CREATE TABLE oauth2_token (
    id serial PRIMARY KEY, client_id varchar(48), token_type varchar(40),
    access_token varchar(255) NOT NULL UNIQUE, refresh_token varchar(255), scope text,
    issued_at integer NOT NULL, access_token_revoked_at integer NOT NULL,
    refresh_token_revoked_at integer NOT NULL, expires_in integer NOT NULL,
    user_id integer REFERENCES users ON DELETE CASCADE);
INSERT INTO sports (label, is_active, stopped_speed_threshold) VALUES
    ('Cycling (Sport)', true, 1), ('Cycling (Transport)', true, 1), ('Hiking', true, 0.1),
    ('Kite, "big"', false, 2.5);
INSERT INTO app_config VALUES (1, 7, 12, 2000000, 20000000, 'boss@example.org',
    '2023-01-02 03:04:05.678901', E'Line one\\nLine "two", with é', '');
"""

DEFAULTS = {
    'users': {'created_at': '2021-02-03 04:05:06.789012', 'admin': False, 'timezone': 'Europe/Paris',
              'date_format': 'MM/dd/yyyy', 'weekm': False, 'language': 'fr', 'imperial_units': False,
              'is_active': True, 'display_ascent': True, 'start_elevation_at_zero': True,
              'use_raw_gpx_speed': False},
    'workouts': {'sport_id': 1, 'workout_date': '2022-05-01 10:00:00', 'duration': '1:00:00',
                 'moving': '0:59:00', 'distance': '10.5', 'ascent': '100.25'},
    'oauth2_token': {'client_id': 'client', 'token_type': 'Bearer', 'issued_at': 1700000000,
                     'access_token_revoked_at': 0, 'refresh_token_revoked_at': 0, 'expires_in': 0},
}


def literal(value):
    if value is None:
        return 'NULL'
    if isinstance(value, (bool, int)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


class Fittrackee:
    """One database of FitTrackee in a PostgreSQL server."""

    def __init__(self, postgres):
        self.postgres = postgres
        self.name = f'ft_{uuid.uuid4().hex[:16]}'
        postgres.run(f'CREATE DATABASE {self.name}')
        self.run(SCHEMA)

    def run(self, statements):
        return self.postgres.run(statements, self.name)

    def insert(self, table, **columns):
        """Insert a row; returns its first column."""
        values = {**DEFAULTS.get(table, {}), **columns}
        return self.run(f'INSERT INTO {table} ({", ".join(values)}) VALUES '
                        f'({", ".join(map(literal, values.values()))}) RETURNING *').split('|')[0]

    def user(self, username, **columns):
        values = {'email': f'{username}@example.org', 'password': cheap_hash(PASSWORD), **columns}
        return int(self.insert('users', username=username, **values))

    def workout(self, user_id, **columns):
        return int(self.insert('workouts', user_id=user_id, uuid=str(uuid.uuid4()), **columns))

    def record(self, workout_id, record_type, value):
        return int(self.run(f"""
            INSERT INTO records (user_id, sport_id, workout_id, workout_uuid, record_type, workout_date, value)
            SELECT user_id, sport_id, id, uuid, '{record_type}', workout_date, {value} FROM workouts
            WHERE id = {workout_id} RETURNING id"""))

    def drop(self):
        self.postgres.run(f'DROP DATABASE {self.name}')
