"""Desks that book, and runners that send, as they are used in a studio."""

import json
import signal
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from hosts import RehearsalError

# The longest time that any command may take. Intro gives up a database that does not answer much sooner.
COMMAND_SECONDS = 120

# The database cannot be reached, or the request may be repeated: a desk repeats it.
REPEATABLE = (69, 75)


@dataclass
class Booking:
    """A booking that a desk has asked for, and what came of it.

    Times are in seconds of the machine's monotonic clock: when the last command for it began, and when that succeeded.
    """

    request: str
    email: str
    trainer: str
    starts_at: str
    began: float = 0.0
    acknowledged: float = 0.0
    reference: str = ""
    attempts: int = 0


class Desk:
    """Books one session after the other for new clients, and repeats what failed with the same request ID."""

    def __init__(self, host, intro, number, slots):
        self.host, self.intro, self.number, self.slots = host, intro, number, slots
        self.bookings, self.exits, self.unexpected = [], Counter(), []
        self.refused, self.longest = 0, 0.0
        self.is_open = True
        self.thread = threading.Thread(target=self._work, name=f"desk {number}")

    def _work(self):
        for number, (trainer, starts_at) in enumerate(self.slots):
            if not self.is_open:
                return
            request = f"desk{self.number}-{number}"
            booking = Booking(request, f"{request}@example.com", trainer, starts_at)
            try:
                is_booked = self._book(booking)
            except (RehearsalError, OSError, ValueError, KeyError) as error:
                self.unexpected.append(f"{request}: {error!r}")
                return
            # A desk also talks to its client; without a pause, four desks would fill two processors. A refused desk offers
            # its client the next slot at once, and is then ahead of the other one.
            if is_booked:
                time.sleep(0.3)
        self.unexpected.append(f"desk {self.number} has no more slots")

    def _book(self, booking):
        """Repeats a request until it has a final result; returns whether that is a session."""
        words = [self.intro, "book", "--client", booking.email, "--name", f"Client {booking.request}", "--trainer",
                 booking.trainer, "--at", booking.starts_at, "--request-id", booking.request, "--json"]
        while True:
            booking.attempts += 1
            booking.began = time.monotonic()
            result, seconds = run_intro(self.host, words)
            self.longest = max(self.longest, seconds)
            self.exits[result.returncode] += 1
            if result.returncode == 0:
                booking.reference = json.loads(result.stdout)["reference"].replace("-", "")
                booking.acknowledged = time.monotonic()
                self.bookings.append(booking)
                return True
            # Two desks offer the same slots: one of them is refused.
            if result.returncode == 3 and json.loads(result.stderr)["error"]["code"] == "slot_taken":
                self.refused += 1
                return False
            if result.returncode not in REPEATABLE:
                self.unexpected.append(f"{booking.request} ended with {result.returncode}: {result.stderr.strip()}")
                return False
            time.sleep(0.5)


def run_intro(host, words, environment=None):
    """Runs `intro` on a host; returns its result and the seconds that it took."""
    began = time.monotonic()
    try:
        result = subprocess.run(host.command(words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, timeout=COMMAND_SECONDS, check=False, env=environment or host.intro_environment,
                                cwd="/")
    except subprocess.TimeoutExpired as error:
        raise RehearsalError(f"{' '.join(words[1:3])} did not end within {COMMAND_SECONDS} seconds") from error
    return result, time.monotonic() - began


def slots(trainers, first_day, days):
    """Every half hour of each trainer, as desks offer them."""
    start = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=first_day)
    for half_hour in range(days * 48):
        for trainer in trainers:
            yield trainer, (start + timedelta(minutes=30 * half_hour)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Runner:
    """`intro run` on a host, started again after five seconds when it fails, as systemd does."""

    def __init__(self, host, intro):
        self.host, self.intro = host, intro
        self.exits, self.unexpected = Counter(), []
        self.is_open = True
        self.process = None
        self.thread = threading.Thread(target=self._work, name=f"runner on {host.name}")

    def _work(self):
        while self.is_open:
            with open(self.host.folder / "runner.log", "ab") as log:
                self.process = subprocess.Popen(self.host.command([self.intro, "run"]), stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=log, env=self.host.intro_environment, cwd="/")
            status = self.process.wait()
            self.exits[status] += 1
            if status not in (0, *REPEATABLE) or (status == 0 and self.is_open):
                self.unexpected.append(f"the runner on {self.host.name} ended with {status}")
            for _ in range(50):
                if self.is_open:
                    time.sleep(0.1)

    def stop(self):
        """Ends the runner as systemd does; nsenter has become the runner's process."""
        self.is_open = False
        self.process.send_signal(signal.SIGTERM)
        self.thread.join(60)
        if self.thread.is_alive():
            self.unexpected.append(f"the runner on {self.host.name} did not end within 60 seconds of SIGTERM")
            self.process.kill()
