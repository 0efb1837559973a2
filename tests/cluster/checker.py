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
        sums = []
        for node in self.system.nodes:
            with node.sql() as sql:
                sums.append(sql.checksums('probe', 'jobs', 'throttle'))
        for table in sums[0]:
            if len({one.get(table) for one in sums}) > 1:
                self.finding(f'the servers have different rows in {table}')
        self.model.count('tables compared', len(sums[0]))
