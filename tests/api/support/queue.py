"""The jobs in the queue, for classes that have a database in `sql`."""


class JobQueue:
    kind = '%'  # the kind of the jobs, as a pattern of LIKE

    def jobs(self):
        return self.sql.rows('SELECT *, run_after > UTC_TIMESTAMP(6) AS waits FROM jobs '
                             'WHERE kind LIKE %s ORDER BY id', self.kind)

    def job(self):
        rows = self.jobs()
        assert len(rows) == 1, rows
        return rows[0]

    def make_due(self):
        """Make the waiting jobs due now."""
        self.sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND')
