"""SQL as other programs on the same database send it."""

import threading
import uuid
from dataclasses import dataclass

import pymysql

from tests.harness.database_programs import identified_by

# The privileges of an account on a shared host, on its own database.
SHARED_HOST_RIGHTS = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP, REFERENCES'


class Sql:
    """One connection in autocommit mode, with the session settings that the schema requires."""

    def __init__(self, socket, user, password, name):
        self._arguments = {
            'unix_socket': str(socket), 'user': user, 'password': password, 'database': name,
            'charset': 'utf8mb4', 'autocommit': True,
            'init_command': "SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES'",
            'cursorclass': pymysql.cursors.DictCursor}
        self.connection = pymysql.connect(**self._arguments)
        self._lock = threading.Lock()

    def another(self):
        """A second connection, e.g. for another thread."""
        copy = object.__new__(Sql)
        copy._arguments = self._arguments
        copy.connection = pymysql.connect(**self._arguments)
        copy._lock = threading.Lock()
        return copy

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.connection.close()

    def run(self, statement, *values):
        """Execute; returns (number of rows changed, id of the row inserted)."""
        with self._lock, self.connection.cursor() as cursor:
            changed = cursor.execute(statement, values or None)
            return changed, cursor.lastrowid

    def rows(self, statement, *values):
        with self._lock, self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def row(self, statement, *values):
        rows = self.rows(statement, *values)
        assert len(rows) == 1, f'{len(rows)} rows: {statement} {values}'
        return rows[0]

    def value(self, statement, *values):
        return next(iter(self.row(statement, *values).values()))

    def plan(self, query, *values):
        """The rows of EXPLAIN, in the form that MariaDB and MySQL have in common: MySQL's default is a tree."""
        return self.rows(f'EXPLAIN FORMAT=TRADITIONAL {query}', *values)

    def insert(self, table, **columns):
        """Insert a row and return its id."""
        names = ', '.join(columns)
        marks = ', '.join(['%s'] * len(columns))
        return self.run(f'INSERT INTO {table} ({names}) VALUES ({marks})', *columns.values())[1]

    def tables(self):
        """The names of all tables."""
        return sorted(row['TABLE_NAME'] for row in self.rows(
            'SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()'))

    def checksums(self, *without):
        """{table: checksum} of all tables; a checksum changes when any row of the table changes."""
        return {name: self.rows(f'CHECKSUM TABLE {name}')[0]['Checksum']
                for name in self.tables() if name not in without}


@dataclass
class Database:
    """A test's own database in the server of a stack."""
    name: str
    user: str
    password: str
    socket: str
    place: str  # where it is: the part of its URL after the account

    @property
    def url(self):
        return f'mysql://{self.user}:{self.password}@{self.place}'

    def connect(self):
        return Sql(self.socket, self.user, self.password, self.name)


def connect(stack):
    """Connect to the stack's database, as Fitgate's own account."""
    return Sql(stack.database.socket, stack.database.user, stack.database.password,
               stack.database.name)


def root_sql(stack, name=None):
    """Connect as the account with which the stack sets up its database."""
    return Sql(stack.database.socket, 'root', '', name)


def make_database(stack, privileges='ALL PRIVILEGES'):
    """Create an empty database, and an account with these privileges on it."""
    name = f't_{uuid.uuid4().hex[:16]}'
    password = uuid.uuid4().hex
    with root_sql(stack) as root:
        root.run(f'CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci')
        root.run(f'CREATE USER {name}@localhost {identified_by(password)}')
        root.run(f'GRANT {privileges} ON {name}.* TO {name}@localhost')
    return Database(name, name, password, str(stack.database.socket), stack.database.place(name))


def drop_database(stack, database):
    with root_sql(stack) as root:
        root.run(f'DROP DATABASE {database.name}')
        root.run(f'DROP USER {database.user}@localhost')
