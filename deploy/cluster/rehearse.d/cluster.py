"""Three PostgreSQL hosts under Patroni, with etcd."""

import json
import signal
import ssl
import subprocess
import urllib.request
from pathlib import Path

from hosts import RehearsalError, run, wait_until

DATABASE_SERVERS = ("patroni", "postgres", "pg_ctl", "pg_rewind", "pg_basebackup")


class Cluster:
    """The database hosts, configured by the files that `configure` writes for a real installation."""

    def __init__(self, hosts, files):
        self.hosts = {host.name: host for host in hosts}
        self.files = Path(files)
        self.trust = ssl.create_default_context(cafile=str(self.files / "ca.pem"))
        for host in hosts:
            host.install(self.files / host.name, {"etc/patroni": "postgres", "etc/etcd": "etcd"})

    def start(self):
        """Starts etcd and the first primary, then the standbys; returns when both replicate."""
        for host in self.hosts.values():
            self.start_etcd(host)
        first, *others = self.hosts.values()
        wait_until("etcd answers", lambda: self._is_valid(first), 120, 1)
        self.start_patroni(first)
        wait_until("the first primary runs", self.primary, 300, 1)
        for host in others:
            self.start_patroni(host)
        self.wait_until_whole()

    @staticmethod
    def _is_valid(host):
        """Whether Patroni accepts the configuration; its check includes that etcd can be reached."""
        words = host.command(["patroni", "--validate-config", "/etc/patroni/config.yml"], "postgres")
        result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        problems = result.stdout.strip()
        if problems and "not reachable" not in problems:
            raise RehearsalError(f"Patroni does not accept its configuration: {problems}")
        return not problems

    @staticmethod
    def start_etcd(host):
        """Starts etcd as Debian's service does."""
        lines = (host.folder / "etc/default/etcd").read_text(encoding="utf-8").splitlines()
        settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        host.start(["etcd"], "etcd", **settings)

    @staticmethod
    def start_patroni(host):
        """Starts Patroni as Debian's service does; it starts PostgreSQL."""
        host.start(["patroni", "/etc/patroni/config.yml"], "postgres", HOME="/var/lib/postgresql")

    def state(self):
        """The members as Patroni reports them, by name; empty while no member answers."""
        for host in self.hosts.values():
            if host.stopped:
                continue
            try:
                url = f"https://{host.address}:8008/cluster"
                with urllib.request.urlopen(url, timeout=2, context=self.trust) as reply:
                    return {member["name"]: member for member in json.load(reply)["members"]}
            except (OSError, ValueError, KeyError):
                continue
        return {}

    def primary(self):
        """The host of the running primary, or None."""
        for member in self.state().values():
            if member["role"] == "leader" and member["state"] == "running":
                return self.hosts[member["name"]]
        return None

    def synchronous_standby(self):
        """The host of a synchronous standby, or None."""
        for member in self.state().values():
            if member["role"] == "sync_standby":
                return self.hosts[member["name"]]
        return None

    def is_whole(self):
        """Whether a primary and two synchronous standbys run on one timeline."""
        members = self.state().values()
        return (sorted(member["role"] for member in members) == ["leader", "sync_standby", "sync_standby"]
                and all(member["state"] in ("running", "streaming") for member in members)
                and len({member.get("timeline") for member in members}) == 1
                and self.query("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "2")

    def wait_until_whole(self):
        """Waits until every host takes part again."""
        wait_until("the cluster is whole", self.is_whole, 600, 0.5)

    def query(self, sql):
        """The result of a query as the superuser on the primary; None where that fails."""
        primary = self.primary()
        if primary is None:
            return None
        words = primary.command(["psql", "-X", "-A", "-t", "-F", "\t", "-d", "intro" if self.has_database else "postgres",
                                 "-c", sql], "postgres")
        result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
        return result.stdout.rstrip("\n") if result.returncode == 0 else None

    has_database = False

    def create_database(self):
        """Creates the logins and the database."""
        words = self.primary().command(["psql", "-X", "-q", "-f", "-"], "postgres")
        run(*words, input=(self.files / "database.sql").read_text(encoding="utf-8"))
        self.has_database = True

    def switch_over(self, primary, standby):
        """Makes the standby the primary, as an operator does."""
        run(*primary.command(["patronictl", "-c", "/etc/patroni/config.yml", "switchover", "intro", "--primary", primary.name,
                              "--candidate", standby.name, "--force"], "postgres"))

    @staticmethod
    def kill(host):
        """Kills PostgreSQL and Patroni, so that neither can react."""
        host.signal(signal.SIGKILL, DATABASE_SERVERS)

    @staticmethod
    def crash(host):
        """Kills PostgreSQL only."""
        host.signal(signal.SIGKILL, ("postgres",))
