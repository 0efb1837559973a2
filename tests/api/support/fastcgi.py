"""A FastCGI application that shows its parameters, for one request per connection (FastCGI specification 1.0)."""

import json
import socketserver
import struct

# version, type, request, size of the content, size of the padding
HEADER = struct.Struct('>BBHHBx')
END_REQUEST, PARAMS, STDIN, STDOUT = 3, 4, 5, 6


def read_pairs(data):
    """The name-value pairs of a stream: sizes of 1 byte, or of 4 with the highest bit set."""
    pairs = {}
    while data:
        sizes = []
        for _ in range(2):
            long = data[0] & 0x80
            sizes.append(struct.unpack('>I', data[:4])[0] & 0x7fffffff if long else data[0])
            data = data[4 if long else 1:]
        name, value, data = data[:sizes[0]], data[sizes[0]:sum(sizes)], data[sum(sizes):]
        pairs.setdefault(name.decode(), []).append(value.decode())
    return pairs


class Handler(socketserver.StreamRequestHandler):
    """Answers with the parameters as JSON: {name: [values]}."""

    def handle(self):
        streams = {PARAMS: b'', STDIN: b''}
        while True:
            header = self.rfile.read(HEADER.size)
            if not header:  # only a test whether the program is there
                return
            _version, kind, request, size, padding = HEADER.unpack(header)
            content = self.rfile.read(size + padding)[:size]
            if kind in streams:
                streams[kind] += content
                if kind == STDIN and not content:
                    break
        text = json.dumps(read_pairs(streams[PARAMS])).encode()
        self.send(STDOUT, request, b'Content-Type: application/json\r\n\r\n' + text)
        self.send(STDOUT, request, b'')
        self.send(END_REQUEST, request, bytes(8))

    def send(self, kind, request, content):
        self.wfile.write(HEADER.pack(1, kind, request, len(content), 0) + content)
