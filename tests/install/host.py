"""A separate host to install on: an overlay over this machine's root, with the work of systemd.

Changes stay in the overlay. Users, groups, modes and access control lists are real. On a Host, the
programs run as the users of their units, with the credentials and the environment that systemd
would give them, but without the sandbox of the units; a BootedHost has its own systemd.
"""

import contextlib
import os
import re
import shlex
import shutil
import socket
import subprocess

from tests.harness.processes import session_members, tool
from tests.harness.waiting import poll

UNITS = 'usr/lib/systemd/system'


class HostError(Exception):
    """This machine cannot provide a host for the tests."""


def run(command, **options):
    """Run to the end; returns the text of both outputs. The command must succeed."""
    done = subprocess.run(list(map(str, command)), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **options)
    assert done.returncode == 0, f'{command}\n{done.stdout}'
    return done.stdout


class Host:
    """Use it as a context manager. `shared`: directories of this machine, by their path on the host."""

    def __init__(self, directory, shared):
        self.directory = directory
        self.root = directory / 'root'
        self.shared = shared
        self.services = {}
        self._mounts = []

    def __enter__(self):
        try:
            self._mount_all()
        except subprocess.CalledProcessError as error:
            self.__exit__()
            raise HostError(f'could not mount an overlay: {error.stderr.strip()}') from error
        return self

    def __exit__(self, *_exception):
        for service in self.services.values():
            service.stop()
        for mount in reversed(self._mounts):
            subprocess.run(['umount', '--lazy', mount], check=False)

    def _mount(self, *words, target):
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(['mount', *words, target], check=True, capture_output=True, text=True)
        self._mounts.append(target)

    def _mount_all(self):
        layers = self.directory / 'layers'
        self._mount('-t', 'tmpfs', 'tmpfs', target=layers)
        for name in ('upper', 'work'):
            (layers / name).mkdir()
        self._mount('-t', 'overlay', 'overlay', '-o',
                    f'lowerdir=/,upperdir={layers}/upper,workdir={layers}/work', target=self.root)
        for path, ours in {'/proc': '/proc', '/dev': '/dev', **self.shared}.items():
            self._mount('--bind', ours, target=self.path(path))

    def path(self, name):
        return self.root / str(name).lstrip('/')

    def run(self, *command, user=None, **options):
        """Run on the host, as root or as another user with its groups; "user:group" gives User= and
        Group= of a unit."""
        if user:
            name, _, group = user.partition(':')
            command = ('setpriv', f'--reuid={name}', f'--regid={group or self.group_of(name)}', '--init-groups',
                       '--', *command)
        return subprocess.run([*self.enter(), *map(str, command)], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'},
                              **options)

    def enter(self):
        """The beginning of each command line that runs on the host."""
        return [tool('chroot'), self.root]

    def done(self, *command, **options):
        """Run on the host; the command must succeed. Returns its output."""
        done = self.run(*command, **options)
        assert done.returncode == 0, f'{command}\n{done.stdout}'
        return done.stdout

    def group_of(self, user):
        return self.done('id', '-gn', user).strip()

    def may(self, user, test, path):
        """Run test(1) as a user: may('www-data', '-r', file)."""
        return self.run('test', test, path, user=user).returncode == 0

    def write(self, name, text, mode=0o600):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    # ---- units --------------------------------------------------------------------------------

    def unit(self, name):
        """[(name, value)] of a unit with its drop-ins, whose names decide on their order, and of which the administrator's
        replace those of the package; an empty value resets a list, as in systemd."""
        template, instance = re.sub('@[^.]*', '@', name), re.search('@([^.]*)', name)
        drop_ins = {path.name: path for directory in (UNITS, 'etc/systemd/system')
                    for path in self.path(f'{directory}/{name}.d').glob('*.conf')}
        files = [self.path(f'{UNITS}/{template}'), *(drop_ins[each] for each in sorted(drop_ins))]
        text = '\n'.join(path.read_text() for path in files)
        text = text.replace('%i', instance[1] if instance else '')
        return re.findall(r'^(\w+)=(.*)$', text, re.MULTILINE)

    def start(self, name):
        """Start a service. If it has a socket unit, it gets the socket as standard input."""
        listening = self._listen(name) if '@' in name else None
        service = Service(self, name)
        service.start(listening or subprocess.DEVNULL)
        if listening:
            listening.close()
        self.services[name] = service

    def run_once(self, name):
        """Run each command of a oneshot service to the end."""
        Service(self, name).run_all()

    def stop(self, *names):
        for name in names or list(self.services):
            self.services.pop(name).stop()

    def environments(self):
        """The environments of all processes of the services."""
        for service in self.services.values():
            for pid in service.members():
                with open(f'/proc/{pid}/environ', encoding='utf-8', errors='replace') as file:
                    yield file.read()

    def log(self):
        return '\n'.join(f'== {path.name}\n{path.read_text(errors="replace")}'
                         for path in sorted(self.directory.glob('*.log')))

    def _listen(self, name):
        unit = dict(self.unit(name.replace('.service', '.socket')))
        path = self.path(unit['ListenStream'])
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        directory = os.open(path.parent, os.O_PATH)
        # the path of a socket has at most 107 bytes
        listening.bind(f'/proc/self/fd/{directory}/{path.name}')
        os.close(directory)
        listening.listen(64)
        path.chmod(int(unit['SocketMode'], 8))
        self.done('chown', f'{unit["SocketUser"]}:{unit["SocketGroup"]}', unit['ListenStream'])
        return listening


class Service:
    """One service of a host, which runs as its unit says."""

    def __init__(self, host, name):
        self.host = host
        self.name = name
        self.settings = host.unit(name)
        self.process = None

    def one(self, name):
        return dict(self.settings)[name]

    def all(self, name):
        return [value for key, value in self.settings if key == name]

    def credentials(self):
        """The directory with the credentials, as systemd makes it: for the service's user only."""
        directory = self.host.path(f'run/credentials/{self.name}')
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        for value in self.all('SetCredential'):
            name, _, text = value.partition(':')
            (directory / name).write_text(text)
        for value in self.all('LoadCredential'):
            name, _, path = value.partition(':')
            if self.host.path(path).exists() or not (directory / name).exists():
                (directory / name).write_text(self.host.path(path).read_text())
        for file in directory.iterdir():
            file.chmod(0o400)
        directory.chmod(0o500)
        inside = f'/run/credentials/{self.name}'
        self.host.done('chown', '-R', f'{self.one("User")}:root', inside)
        return inside

    def environment(self):
        environment = {'PATH': '/usr/bin:/bin'}
        for value in self.all('Environment'):
            name, _, text = value.partition('=')
            environment[name] = text.replace('%d', self.credentials())
        for value in self.all('EnvironmentFile'):
            path = self.host.path(value.lstrip('-'))
            for line in path.read_text().splitlines() if path.exists() else ():
                name, _, text = line.partition('=')
                environment[name] = text.strip('\'"')
        return environment

    def command(self, line, environment):
        words = [environment[word[2:-1]]
                 if word.startswith('${') else word for word in shlex.split(line)]
        return [tool('chroot'), self.host.root, 'setpriv', f'--reuid={self.one("User")}', f'--regid={self.one("Group")}',
                '--init-groups', '--no-new-privs', '--', *words]

    def log(self):
        return self.host.directory / f'{self.name}.log'

    def start(self, stdin):
        environment = self.environment()
        with open(self.log(), 'ab') as log:
            self.process = subprocess.Popen(self.command(self.one('ExecStart'), environment), stdin=stdin,
                                            stdout=subprocess.DEVNULL, stderr=log, env=environment,
                                            start_new_session=True, umask=int(self.one('UMask'), 8))

    def run_all(self):
        environment = self.environment()
        for line in self.all('ExecStart'):
            run(self.command(line, environment), env=environment, umask=int(self.one('UMask'), 8))

    def members(self):
        return session_members(self.process.pid)

    def stop(self):
        """SIGTERM to the main process; the others are killed if they do not end."""
        self.process.terminate()
        poll(lambda: self.process.poll() is not None and not self.members(), 30)
        for pid in self.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        self.process.wait()


# units that a host without hardware does not need
MASKED = ('systemd-udevd', 'systemd-logind', 'systemd-networkd', 'systemd-random-seed', 'systemd-modules-load',
          'systemd-sysctl', 'systemd-journal-flush', 'tmp.mount')
BOOT = '''
mount --make-rprivate /
mount --make-rshared /
mount --rbind {root} {root}
cd {root}
mount -t proc proc proc
mount -t sysfs sysfs sys || mount --rbind /sys sys
mount -t tmpfs tmpfs sys/fs/cgroup
mkdir sys/fs/cgroup/unified sys/fs/cgroup/systemd
mount -t cgroup2 cgroup2 sys/fs/cgroup/unified
mount -t cgroup -o none,name=systemd systemd sys/fs/cgroup/systemd || :
echo mounted
exec chroot . env -i container=test /lib/systemd/systemd --unit=test.target --log-target=journal
'''


class BootedHost(Host):
    """A host with its own systemd in separate namespaces: units run as on a real host, with their
    sandbox."""

    def __init__(self, directory, shared):
        super().__init__(directory, shared)
        self._boot = None

    def __enter__(self):
        super().__enter__()
        try:
            self._prepare()
            self._start_systemd()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception):
        if self._boot:
            subprocess.run(
                ['kill', '-KILL', str(self._first_process() or self._boot.pid)], check=False)
            self._boot.kill()
            self._boot.wait()
        super().__exit__()

    def _prepare(self):
        self._mount('-t', 'tmpfs', 'tmpfs', target=self.path('/run'))
        for path in self.path('/etc/systemd/system').glob('*.wants/*'):
            path.unlink()
        for name in MASKED:
            unit = self.path(f'/etc/systemd/system/{name if "." in name else name + ".service"}')
            unit.unlink(missing_ok=True)
            unit.symlink_to('/dev/null')
        # scripts/setup can have masked it
        self.path('/etc/systemd/system/nginx.service').unlink(missing_ok=True)
        self.write('/etc/systemd/system/test.target', '[Unit]\nRequires=sysinit.target\n', 0o644)

    def _start_systemd(self):
        with open(self.directory / 'boot.log', 'ab') as log:
            self._boot = subprocess.Popen(
                ['unshare', '--mount', '--pid', '--cgroup', '--uts', '--ipc', '--fork', 'sh', '-ec',
                 BOOT.format(root=shlex.quote(str(self.root)))], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def is_up():
            return self._boot.poll() is not None or (self._first_process() and self.run(
                'systemctl', 'is-active', 'test.target').stdout.strip() == 'active')
        if not poll(is_up, 60) or self._boot.poll() is not None:
            log = (self.directory / 'boot.log').read_text()
            assert 'mounted' not in log, f'systemd did not start: {log}'
            raise HostError(f'could not mount what systemd needs: {log}')

    def _first_process(self):
        """The process that is number 1 on the host."""
        done = subprocess.run(['pgrep', '--parent', str(self._boot.pid)],
                              text=True, capture_output=True, check=False)
        return int(done.stdout.split()[0]) if done.stdout.split() else None

    def enter(self):
        return ['nsenter', f'--target={self._first_process()}', '--mount', '--pid', '--uts', '--ipc', '--cgroup',
                *super().enter()]

    def start(self, name):
        self.done('systemctl', 'start', name)

    def run_once(self, name):
        done = self.run('systemctl', 'start', name)
        assert done.returncode == 0, self.log()

    def stop(self, *names):
        self.done('systemctl', 'stop', *names or ('fitgate.target', 'fitgate@*.service'))

    def environments(self):
        return self.done('sh', '-c', 'cat /proc/[0-9]*/environ 2>/dev/null || :').split('\0')

    def log(self):
        return self.run('journalctl', '--no-pager', '--lines=100', '--unit=fitgate*').stdout
