"""A proxy between the programs and the database that simulates network faults: proxy.py SOCKET PORT_FILE CONTROL.

Listens on a TCP port of 127.0.0.1, writes its number to PORT_FILE, and forwards to the server's unix socket.
Each line received on the unix socket CONTROL is a command:

    cut         reset all connections
    abandon     reset them on the side of the programs only; the server detects it at `pass`
    hold        forward nothing, in either direction, until `pass`
    slow MS     delay each piece of data
    pass        forward without faults
"""

import asyncio
import contextlib
import socket
import struct
import sys
from pathlib import Path


class Network:
    """The state of the simulated network."""

    def __init__(self, server):
        self.server = server
        self.passing = asyncio.Event()
        self.passing.set()
        self.delay = 0
        self.lines = set()

    def obey(self, command, *arguments):
        if command == 'hold':
            self.passing.clear()
        elif command == 'slow':
            self.delay = int(arguments[0]) / 1000
        elif command in ('cut', 'abandon'):
            for line in list(self.lines):
                line.cut(at_server_too=command == 'cut')
        elif command == 'pass':
            self.delay = 0
            self.passing.set()
            for line in list(self.lines):
                if line.abandoned:
                    line.cut(at_server_too=True)

    async def connect(self, reader, writer):
        try:
            await self.passing.wait()
            server_reader, server_writer = await asyncio.open_unix_connection(self.server)
        except OSError:
            reset(writer)
            return
        line = Line(self, writer, server_writer)
        self.lines.add(line)
        try:
            await asyncio.gather(line.carry(reader, server_writer),
                                 line.carry(server_reader, writer))
        finally:
            self.lines.discard(line)


class Line:
    """One connection of a program to the server."""

    def __init__(self, network, client, server):
        self.network = network
        self.client = client
        self.server = server
        self.abandoned = False

    def cut(self, at_server_too):
        reset(self.client)
        self.abandoned = not at_server_too
        if at_server_too:
            self.server.transport.abort()

    async def carry(self, reader, writer):
        """Forward one direction to its end; the other one then ends too."""
        with contextlib.suppress(OSError):
            while octets := await reader.read(65536):
                await self.network.passing.wait()
                if self.network.delay:
                    await asyncio.sleep(self.network.delay)
                writer.write(octets)
                await writer.drain()
        if not self.abandoned:
            writer.close()


def reset(writer):
    """End a connection with RST, like a router that has lost its state."""
    end = writer.get_extra_info('socket')
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    writer.transport.abort()


async def serve(server, port_file, control):
    network = Network(server)

    async def listen_to(reader, writer):
        async for line in reader:
            network.obey(*line.decode().split())
            writer.write(b'done\n')
        writer.close()

    listener = await asyncio.start_server(network.connect, '127.0.0.1', 0, backlog=1024)
    await asyncio.start_unix_server(listen_to, control)
    port_file.write_text(f'{listener.sockets[0].getsockname()[1]}\n')
    await asyncio.Event().wait()


if __name__ == '__main__':
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
