"""The queue of a database beside the stack's own, and the address of a mail server."""

from tests.api.support.queue import JobQueue
from tests.harness.answers import REGISTERED, exact

REGISTER = '/api/auth/register'


class Queue(JobQueue):
    """A database separate from the stack's, with its own registrations and workers."""

    def __init__(self, programs, database, sql, registration):
        self.programs = programs
        self.database = database
        self.sql = sql
        self.registration = registration

    def settings(self, url, **others):
        return {'DATABASE_URL': self.database.url, 'EMAIL_URL': url, **others}

    def register(self):
        """Register an account, which queues a job; returns its address."""
        body = self.registration()
        exact(self.programs.cgi('POST', REGISTER, json=body,
                                settings=self.settings('smtp://127.0.0.1:1')), REGISTERED)
        return body['email']

    def work(self, url, *arguments, **others):
        return self.programs.run('worker', '--once', *arguments,
                                 settings=self.settings(url, **others))

    def start(self, url, *arguments):
        return self.programs.start('worker', *arguments, settings=self.settings(url))


def smtp(server, parameters='', credentials='', host='127.0.0.1'):
    return f'smtp://{credentials}{host}:{server.port}{parameters}'
