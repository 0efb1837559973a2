"""The SMTP server of a stack, which keeps every message as a file."""

from tests.harness.ports import ReservedPort
from tests.harness.tree import PYTHON, SOURCE

CATCHER = [PYTHON, '-B', '-m', 'tests.harness.smtp_catcher']  # run in SOURCE


class SmtpServer:
    """The program smtp_catcher.py on a port that is reserved from open() to close()."""

    def __init__(self, files, daemons):
        self._files = files
        self._daemons = daemons
        self._reservation = None

    @property
    def port(self):
        return self._reservation.number

    def open(self):
        self._reservation = ReservedPort()

    def close(self):
        if self._reservation:
            self._reservation.close()
        self._reservation = None

    def start(self, *options):
        """Start it, with further options of smtp_catcher.py, and wait until it listens."""
        port_file = self._files.run / 'smtp.port'
        port_file.unlink(missing_ok=True)
        daemon = self._daemons.launch('smtp', [
            *CATCHER, '--port', self.port, '--port-file', port_file, '--directory', self._files.mail,
            *options], directory=SOURCE)
        daemon.wait_until(port_file.exists)

    def stop(self):
        """Stop it: connections to the port are refused from now on."""
        self._daemons.stop('smtp')
