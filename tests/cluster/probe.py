"""When a database server was healthy, and whether failed requests are excused by it."""

import threading
import time

import pymysql

ROUND = 0.2  # seconds between two probes
SLOW = 1.0  # seconds: a server that takes longer is not healthy
GRACE = 3.0  # seconds within which requests succeed again


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', flush=True)


class Probe:
    """Writes to one server again and again, over the network that the programs use."""

    def __init__(self, node):
        self._node = node
        self.healthy = []  # (begin, end) of each probe that succeeded in time
        self._connection = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f'probe {node.number}', daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        self._stopping.set()
        self._thread.join()

    def _run(self):
        while not self._stopping.wait(ROUND):
            begin = time.monotonic()
            try:
                self._write()
            except (pymysql.Error, OSError):
                self._connection = None
                continue
            end = time.monotonic()
            if end - begin <= SLOW:
                self.healthy.append((begin, end))

    def _write(self):
        if self._connection is None:
            self._connection = pymysql.connect(
                host=self._node.host.address(), user=self._node.user, password=self._node.password,
                database=self._node.name, autocommit=True, connect_timeout=1, read_timeout=2,
                write_timeout=2)
        with self._connection.cursor() as cursor:
            if cursor.execute('UPDATE probe SET count = count + 1 WHERE node = %s',
                              self._node.number) != 1:
                raise OSError('the row of the probe is missing')


class History:
    """The faults, and the requests that failed."""

    def __init__(self, model):
        self._model = model
        self._lock = threading.Lock()
        self._faults = []  # times of their beginnings and ends
        self._failures = []  # (time, text)
        self.probes = []
        self.slowest = 0.0

    def watch(self, node):
        self.probes.append(Probe(node))
        self.probes[-1].start()

    def stop(self):
        for probe in self.probes:
            probe.stop()

    def fault(self, text):
        """A fault begins or ends now."""
        say(text)
        with self._lock:
            self._faults.append(time.monotonic())

    def request(self, begin, method, path, answer):
        now = time.monotonic()
        with self._lock:
            self.slowest = max(self.slowest, now - begin)
            if answer is None or answer.status >= 500:
                status = answer.status if answer else 'no answer'
                self._failures.append((now, f'{time.strftime("%H:%M:%S")} {method} {path}: {status} '
                                            f'after {now - begin:.1f} s'))

    def judge(self):
        """Report the failures that neither a fault nor the lack of a healthy server excuses."""
        for probe in self.probes:
            self._model.count('probes in time', len(probe.healthy))
            if not probe.healthy:
                self._model.finding('a probe never succeeded: it excuses every failure')
        reachable = merge([one for probe in self.probes for one in probe.healthy])
        for when, text in self._failures:
            since = max((begin for begin, end in reachable if begin <= when <= end), default=when)
            since = max([since, *(fault for fault in self._faults if fault <= when)])
            self._model.count('failures')
            if when - since > GRACE:
                self._model.finding(f'{text}, {when - since:.1f} s after a server was reachable')


def merge(intervals):
    """The intervals without overlaps, and without gaps shorter than a probe needs."""
    merged = []
    for begin, end in sorted(intervals):
        if merged and begin - merged[-1][1] <= ROUND + SLOW / 2:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([begin, end])
    return merged
