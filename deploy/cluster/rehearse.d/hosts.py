"""Hosts in namespaces of their own, on a network that can be cut."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

NETWORK = "192.0.2"


class RehearsalError(Exception):
    """The rehearsal cannot go on."""


def wait_until(what, condition, seconds=300.0, every=0.25):
    """Polls until a condition is true; returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise RehearsalError(f"waited {seconds:.0f} seconds until {what}")
        time.sleep(every)


def run(*words, **options):
    """Runs a program that must succeed; returns its output."""
    result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, **options)
    if result.returncode != 0:
        raise RehearsalError(f"{' '.join(words)} ended with {result.returncode}: {result.stderr.strip()}")
    return result.stdout


class Network:
    """A bridge; the rehearsal itself is reachable at .1."""

    def __init__(self):
        self.hosts = []
        run("ip", "link", "add", "bridge", "type", "bridge")
        run("ip", "address", "add", f"{NETWORK}.1/24", "dev", "bridge")
        run("ip", "link", "set", "bridge", "up")

    def introduce(self):
        """Fixes the hardware addresses, as where routers are in between: a packet to a lost host vanishes without an error."""
        for host in self.hosts:
            for other in self.hosts:
                if other is not host:
                    run(*host.entering, "ip", "neigh", "replace", other.address, "lladdr", other.hardware, "dev", "eth0",
                        "nud", "permanent")


class Host:
    """One host: its own network, host name, and the folders in which its servers keep configuration and data."""

    def __init__(self, network, folder, name, number):
        self.name = name
        self.address = f"{NETWORK}.{number}"
        self.folder = Path(folder) / "hosts" / name
        self.hardware = f"02:00:00:00:00:{number:02x}"
        self.stopped = False
        shutil.copytree("/etc", self.folder / "etc", symlinks=True)
        mounts = [("etc", "/etc")]
        for server, user in (("postgresql", "postgres"), ("etcd", "etcd")):
            (self.folder / server).mkdir(mode=0o700)
            shutil.chown(self.folder / server, user, user)
            mounts.append((server, f"/var/lib/{server}"))
        script = ["set -e"]
        script += [f"mount --bind {self.folder}/{source} {target}" for source, target in mounts]
        script += ["mount -t tmpfs tmpfs /run", "install -d -o postgres -g postgres /run/postgresql", f"hostname {name}"]
        script += ["exec sleep infinity"]
        self.first = subprocess.Popen(["unshare", "--mount", "--net", "--uts", "sh", "-c", "\n".join(script)])
        wait_until(f"{name} has started", self._has_started, 30, 0.02)
        self.namespace = os.readlink(f"/proc/{self.first.pid}/ns/net")
        self.entering = ["nsenter", "--target", str(self.first.pid), "--mount", "--net", "--uts", "--"]
        self.link = f"to-{name}"
        run("ip", "link", "add", self.link, "type", "veth", "peer", "name", "eth0", "address", self.hardware,
            "netns", str(self.first.pid))
        run("ip", "link", "set", self.link, "master", "bridge", "up")
        run(*self.entering, "ip", "address", "add", f"{self.address}/24", "dev", "eth0")
        run(*self.entering, "ip", "link", "set", "eth0", "up")
        run(*self.entering, "ip", "link", "set", "lo", "up")
        network.hosts.append(self)

    def _has_started(self):
        if self.first.poll() is not None:
            raise RehearsalError(f"the host {self.name} did not start")
        return Path(f"/proc/{self.first.pid}/comm").read_text(encoding="utf-8").strip() == "sleep"

    def install(self, tree, owners):
        """Copies a tree of configuration files to /, as an installation does, and gives folders to their users."""
        run("cp", "-r", f"{tree}/.", str(self.folder))
        for path, user in owners.items():
            run("chown", "-R", f"{user}:", str(self.folder / path))

    def command(self, words, user=None):
        """The command line that runs a program on this host."""
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--"] if user else []
        return self.entering + as_user + list(words)

    def start(self, words, user=None, log=None, **environment):
        """Starts a program on this host, whose output goes to a log file."""
        with open(self.folder / f"{log or words[0].rsplit('/', 1)[-1]}.log", "ab") as output:
            return subprocess.Popen(self.command(words, user), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                    env={**os.environ, **environment}, cwd="/")

    def processes(self):
        """The names of the programs that run on this host, by process ID."""
        found = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit() and int(entry) != self.first.pid:
                try:
                    if os.readlink(f"/proc/{entry}/ns/net") == self.namespace:
                        found[int(entry)] = Path(f"/proc/{entry}/comm").read_text(encoding="utf-8").strip()
                except OSError:
                    continue
        return found

    def signal(self, number, names=None):
        """Sends a signal to the programs with these names, or to all, until no new process has appeared."""
        reached = set()
        while True:
            new = {pid for pid, name in self.processes().items() if names is None or name in names} - reached
            if not new:
                return
            for pid in new:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            reached |= new

    def freeze(self):
        """Stops all processes of this host."""
        self.stopped = True
        self.signal(signal.SIGSTOP)

    def thaw(self):
        """Continues all processes of this host."""
        self.signal(signal.SIGCONT)
        self.stopped = False

    def cut(self):
        """Drops all packets from and to this host, silently, while its link stays up."""
        run("ip", "link", "set", self.link, "nomaster")

    def connect(self):
        """Connects this host again."""
        run("ip", "link", "set", self.link, "master", "bridge")
