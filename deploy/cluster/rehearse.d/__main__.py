"""The rehearsal: creates the hosts, runs the rounds, and accounts for every booking and message."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import account
import faults
from cluster import Cluster
from desks import Desk, Runner, run_intro, slots
from hosts import Host, Network, RehearsalError, run, wait_until

# The longest time after a failure until the first booking and the first mail.
LIMIT_SECONDS = 40

CONF = """
databases="db1=192.0.2.11 db2=192.0.2.12 db3=192.0.2.13"
clients="192.0.2.0/24"
# There is no watchdog in a network namespace.
watchdog=off
"""

# Two desks share the trainers of one studio, and compete for the same slots.
STUDIOS = {"uptown": ["ada", "bea", "cleo", "dora"], "harbor": ["eva", "flora", "gwen", "hana"]}


def say(text):
    """Reports progress."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Rehearsal:
    """All hosts, and what runs on them."""

    def __init__(self, options):
        self.options = options
        self.folder = Path(options.folder)
        (self.folder / "rehearsal.conf").write_text(CONF, encoding="utf-8")
        files = self.folder / "files"
        run(str(Path(__file__).parent.parent / "configure"), str(self.folder / "rehearsal.conf"), str(files))
        network = Network()
        names = ["db1", "db2", "db3", "runner1", "runner2", "desk", "mail"]
        numbers = [11, 12, 13, 21, 22, 31, 41]
        hosts = {name: Host(network, self.folder, name, number) for name, number in zip(names, numbers)}
        network.introduce()
        self.cluster = Cluster([hosts[name] for name in names[:3]], files)
        for name in names[3:6]:
            hosts[name].install(files / "client", {})
            hosts[name].intro_environment = {
                "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/root", "INTRO_HOME": str(hosts[name].folder / "home"),
                "INTRO_DATABASE_URL_FILE": "/etc/intro/database-url", "INTRO_MAIL_FROM": "Intro <hello@intro.example>",
                "INTRO_MAIL_URL": f"smtp://{hosts['mail'].address}:2525/{name}?tls=none"}
        self.desk_host, self.mail_host = hosts["desk"], hosts["mail"]
        self.mail = account.Mail(self.folder / "mail.jsonl")
        self.desks = []
        for number in range(4):
            trainers = list(STUDIOS.values())[number // 2]
            self.desks.append(Desk(self.desk_host, options.intro, number + 1, slots(trainers, 4, 54)))
        self.runners = [Runner(hosts[name], options.intro) for name in ("runner1", "runner2")]
        self.rounds, self.problems = [], []

    def intro(self, *words, as_owner=False):
        """Runs a command at the desk that must succeed."""
        environment = dict(self.desk_host.intro_environment)
        if as_owner:
            environment["INTRO_DATABASE_URL_FILE"] = str(self.folder / "files/setup-url")
        result, _ = run_intro(self.desk_host, [self.options.intro, *words], environment)
        if result.returncode != 0:
            raise RehearsalError(f"intro {' '.join(words)} ended with {result.returncode}: {result.stderr.strip()}")
        return result.stdout

    def open_chain(self):
        """Sets up the database, the studios and trainers."""
        self.cluster.create_database()
        self.intro("setup", "--sample", as_owner=True)
        for studio, trainers in STUDIOS.items():
            self.intro("studio", "add", studio.title(), "--id", studio, "--time-zone", "America/Los_Angeles", "--stations", "4")
            for trainer in trainers:
                self.intro("trainer", "add", f"{trainer.title()} Lane", "--id", trainer, "--studio", studio)
                self.intro("trainer", "hours", trainer, "--set", "daily 00:00-24:00")

    def start(self):
        """Creates the cluster and starts all programs."""
        say("Starting three database hosts")
        self.cluster.start()
        say("Setting up the chain")
        self.open_chain()
        self.mail_host.start(["/usr/bin/python3", str(Path(__file__).parent / "sink.py"), self.mail_host.address, "2525",
                              str(self.mail.path)], log="sink")
        for worker in self.runners + self.desks:
            worker.thread.start()
        wait_until("each desk has booked", lambda: all(desk.bookings for desk in self.desks) or self.unexpected())
        wait_until("mail is sent", lambda: len(self.mail.received()) >= 8 or self.unexpected())

    def unexpected(self):
        """What desks and runners report that must not happen."""
        return [text for worker in self.desks + self.runners for text in worker.unexpected]

    def bookings(self):
        """All acknowledged bookings."""
        return [booking for desk in self.desks for booking in list(desk.bookings)]

    def first_booking(self, began):
        """The time of the first acknowledgement by a command that began after a point in time."""
        return min((b.acknowledged for b in self.bookings() if b.began >= began), default=None)

    def first_mail(self, began):
        """The time of the first mail since then for a client who was booked by such a command."""
        clients = {b.email for b in self.bookings() if b.began >= began}
        return min((entry["at"] for entry in self.mail.received()
                    if entry["at"] >= began and clients.intersection(entry["recipients"])), default=None)

    def run_round(self, number, kind):
        """Causes one failure, measures, and repairs it."""
        before = self.exits()
        primary = self.cluster.primary()
        say(f"Round {number}: {faults.DESCRIPTIONS[kind]} ({primary.name} is the primary)")
        began = time.monotonic()
        fault = faults.cause(kind, self.cluster)
        # Asking for the state takes a moment: the failure began when it was caused.
        began = began if kind == "switchover" else fault.began
        booked = wait_until("a booking is acknowledged", lambda: self.first_booking(began), 300, 0.05) - began
        mailed = wait_until("a mail is sent", lambda: self.first_mail(began), 300, 0.05) - began
        say(f"  {fault.host.name}: first booking after {booked:.1f} s, first mail after {mailed:.1f} s")
        repaired = faults.repair(fault, self.cluster)
        after = self.cluster.primary()
        self.rounds.append({
            "round": number, "fault": kind, "host": fault.host.name, "primary_before": primary.name,
            "primary_after": after.name, "first_booking_seconds": round(booked, 2), "first_mail_seconds": round(mailed, 2),
            "whole_again_seconds": round(repaired, 2),
            "commands_to_repeat": sum((self.exits() - before)[status] for status in (69, 75))})
        say(f"  the cluster is whole after {repaired:.1f} s; {after.name} is the primary")
        if self.unexpected():
            raise RehearsalError("; ".join(self.unexpected()))

    def exits(self):
        """How often the desks' commands ended with each status."""
        return sum((desk.exits for desk in self.desks), Counter())

    def finish(self):
        """Closes the desks, lets the runners send what is due, and compares."""
        for desk in self.desks:
            desk.is_open = False
        for desk in self.desks:
            desk.thread.join(300)
        say("The desks are closed; the runners send what is due")
        queued = "SELECT count(*) FROM message WHERE status IN ('queued', 'attempting') AND channel = 'email' AND due_at <= now()"
        try:
            wait_until("everything due is sent", lambda: self.cluster.query(queued) == "0", 240, 1)
        except RehearsalError as error:
            self.problems.append(str(error))
        for runner in self.runners:
            runner.stop()
        return account.compare(self.cluster, self.bookings(), self.mail.received())

    def verify(self):
        """The result of `intro verify`, where this version has it."""
        words = [self.options.intro, "verify", "--json"]
        result, _ = run_intro(self.desk_host, words)
        if result.returncode == 64:
            return None
        return {"exit": result.returncode, "output": (result.stdout or result.stderr).strip()}


def judge(results):
    """The promises that were not kept."""
    broken = list(results["unexpected"])
    for name in ("lost", "never_acknowledged", "sent_twice", "sent_but_not_received", "confirmations_missing"):
        if results[name]:
            broken.append(f"{name}: {len(results[name])}, such as {results[name][0]}")
    if results["double_bookings"]:
        broken.append(f"double_bookings: {results['double_bookings']}")
    for entry in results["rounds"]:
        for name in ("first_booking_seconds", "first_mail_seconds"):
            if entry[name] > LIMIT_SECONDS:
                broken.append(f"round {entry['round']} ({entry['fault']}): {name} is {entry[name]}")
    if results["verify"] and results["verify"]["exit"] != 0:
        broken.append(f"intro verify ended with {results['verify']['exit']}: {results['verify']['output'][:2000]}")
    return broken


def report(results):
    """Prints the results as the table of deploy/cluster/README.md."""
    print("\n| failure | rounds | first booking: median, worst | first mail: median, worst | whole again: worst |")
    print("|---|---|---|---|---|")
    for kind in dict.fromkeys(entry["fault"] for entry in results["rounds"]):
        rounds = [entry for entry in results["rounds"] if entry["fault"] == kind]
        cells = []
        for name in ("first_booking_seconds", "first_mail_seconds"):
            values = [entry[name] for entry in rounds]
            cells.append(f"{statistics.median(values):.1f} s, {max(values):.1f} s")
        cells.append(f"{max(entry['whole_again_seconds'] for entry in rounds):.1f} s")
        print(f"| {faults.DESCRIPTIONS[kind]} | {len(rounds)} | {' | '.join(cells)} |")
    print(f"\n{results['acknowledged']} bookings acknowledged, {len(results['lost'])} lost, {results['double_bookings']} twice; "
          f"{results['mails']} mails, {len(results['sent_twice'])} sent twice, {len(results['sent_but_not_received'])} lost, "
          f"{results['unknown']} unknown ({results['unknown_but_received']} of them received); "
          f"{results['repeated']} commands repeated, the longest took {results['longest_command_seconds']} s.")
    for text in results["broken"]:
        print(f"broken: {text}")


def rehearse(options):
    """Runs the rehearsal; returns its results."""
    began = time.monotonic()
    rehearsal = Rehearsal(options)
    rehearsal.start()
    kinds = options.faults.strip(",").split(",")
    for number in range(1, options.rounds + 1):
        rehearsal.run_round(number, kinds[(number - 1) % len(kinds)])
    results = rehearsal.finish()
    exits = rehearsal.exits()
    results |= {
        "rounds": rehearsal.rounds, "unexpected": rehearsal.problems + rehearsal.unexpected(),
        "desk_exits": {str(status): count for status, count in sorted(exits.items())},
        "runner_exits": {runner.host.name: {str(s): n for s, n in runner.exits.items()} for runner in rehearsal.runners},
        "repeated": exits[69] + exits[75], "refused": sum(desk.refused for desk in rehearsal.desks),
        "longest_command_seconds": round(max(desk.longest for desk in rehearsal.desks), 1),
        "verify": rehearsal.verify(), "seconds": round(time.monotonic() - began)}
    results["broken"] = judge(results)
    return results


def main():
    """Reads the command line; returns the exit status."""
    parser = argparse.ArgumentParser()
    for name in ("--folder", "--intro", "--faults"):
        parser.add_argument(name, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--json")
    options = parser.parse_args()
    try:
        results = rehearse(options)
    except (RehearsalError, subprocess.SubprocessError) as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    report(results)
    return 1 if results["broken"] else 0


if __name__ == "__main__":
    STATUS = main()
    sys.stdout.flush()
    # Threads of desks may still wait; all processes end with this namespace.
    os._exit(STATUS)
