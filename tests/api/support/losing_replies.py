"""A server between a program and its database server that loses the reply to one statement."""

import socket
import threading

from tests.harness.waiting import LIMIT


class LosingReplies:
    """Relays connections to the socket `target`. The first time that a statement with this text is executed, the server
    executes it, but its reply does not arrive: the connection is closed. Use it with `with`."""

    def __init__(self, path, target, statement):
        self.path = str(path)
        self.lost = 0
        self._target = str(target)
        self._statement = statement.encode()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen()

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self):
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return  # closed because the test has ended
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client):
        """Commands and replies take turns, after the greeting of the server."""
        with client, socket.socket(socket.AF_UNIX) as server:
            server.settimeout(LIMIT)
            server.connect(self._target)
            threading.Thread(
                target=self._return_replies, args=(
                    server, client), daemon=True).start()
            prepared = False
            while command := client.recv(65536):
                if prepared and not self.lost:
                    self.lost += 1
                    self._lose(server, client, command)
                    return
                prepared = self._statement in command
                server.sendall(command)

    @staticmethod
    def _lose(server, client, command):
        """The server executes a command even if its client has gone; the next command shows that it has ended."""
        client.shutdown(socket.SHUT_RDWR)
        server.sendall(command + b'\1\0\0\0\1')  # COM_QUIT
        server.shutdown(socket.SHUT_WR)

    @staticmethod
    def _return_replies(server, client):
        try:
            while reply := server.recv(65536):
                client.sendall(reply)
        except OSError:
            pass  # the client has gone
