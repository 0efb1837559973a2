"""TCP ports of 127.0.0.1, each reserved for one test."""

import socket

from tests.harness.errors import StackError


class ReservedPort:
    """A port that stays reserved until close().

    The socket is bound but does not listen: connections to the port are refused until a server that
    sets SO_REUSEADDR listens on it. The kernel does not give the port to another program, even
    while that server restarts.
    """

    def __init__(self, number=0):
        """Number 0 takes any free port."""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(('127.0.0.1', number))
        except PermissionError:
            self._socket.close()
            raise StackError(f'only root can use port {number}; choose one above 1023') from None
        except OSError:
            self._socket.close()
            raise StackError(f'port {number} is already in use; choose another') from None
        self.number = self._socket.getsockname()[1]

    def close(self):
        self._socket.close()
