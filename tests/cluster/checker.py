"""The checks of tests/fault after all faults, and that all servers have the same data."""

from tests.cluster.clients import CHECK
from tests.fault.checker import Checker


class ClusterChecker(Checker):
    def __init__(self, system, model, fixtures, sports, crashes_before, wanted):
        """`wanted`: what must have been counted in a long run."""
        super().__init__(system, model, fixtures, sports, crashes_before)
        self.wanted = wanted

    def check_faults(self, seconds):
        for what in self.wanted:
            if not self.model.counts[what]:
                self.finding(f'{what}: never')

    def check_unknown_accounts(self):
        self.users = {name: row for name, row in self.users.items() if not name.startswith(CHECK)}
        super().check_unknown_accounts()

    def check_directories(self):
        with self.system.sql() as sql:
            self.users |= {row['username']: row for row in sql.rows('SELECT * FROM users')}
        super().check_directories()

    def is_of_another_account(self, address):
        return address.startswith(CHECK)

    def check_nodes(self):
        """All servers have the same rows."""
        self.system.wait_for_changes()
        first, *others = [self.read_tables(node) for node in self.system.nodes]
        for rows in others:
            different = first ^ rows
            if different:
                self.finding(f'the servers have different rows, e.g. {sorted(different)[:2]}')
        self.model.count('rows compared', len(first))

    @staticmethod
    def read_tables(node):
        """{(table, row)} of all tables that do not change all the time."""
        with node.sql() as sql:
            return {(table, str(row)) for table in sql.tables() if table not in ('probe', 'jobs', 'throttle')
                    for row in sql.rows(f'SELECT * FROM {table}')}
