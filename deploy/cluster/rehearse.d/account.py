"""What the desks were told and the mail server accepted, compared with the database."""

import json
from collections import Counter

from hosts import RehearsalError


class Mail:
    """The mail that the sink has stored."""

    def __init__(self, path):
        self.path = path

    def received(self):
        """All stored mails, oldest first."""
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]


# Pairs of sessions that must not exist, whatever the constraints say.
DOUBLE_BOOKINGS = """
SELECT count(*)
FROM session AS a
JOIN session AS b ON a.id < b.id AND a.occupied && b.occupied
    AND (a.trainer_id = b.trainer_id OR a.client_id = b.client_id
         OR (a.studio_id = b.studio_id AND a.station = b.station))
WHERE a.status IN ('booked', 'attended') AND b.status IN ('booked', 'attended')
"""

SESSIONS = """
SELECT s.reference, c.email, t.handle, to_char(s.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), s.status
FROM session AS s
JOIN client AS c ON c.id = s.client_id
JOIN trainer AS t ON t.id = s.trainer_id
"""

# The local part of a message's Message-ID, as Intro writes it.
MESSAGES = """
SELECT lower(s.reference) || '.' || m.rule || '.' || m.revision, m.status, coalesce(m.reason, '')
FROM message AS m
JOIN session AS s ON s.id = m.session_id
WHERE m.channel = 'email' AND m.trainer_id IS NULL AND m.due_at <= now()
"""


def rows(cluster, sql):
    """The rows of a query."""
    text = cluster.query(sql)
    if text is None:
        raise RehearsalError("the database did not answer at the end")
    return [line.split("\t") for line in text.splitlines()]


def compare(cluster, bookings, mail):
    """Compares; returns the counts and the lists of what is wrong."""
    stored = rows(cluster, SESSIONS)
    by_reference = Counter(row[0] for row in stored)
    expected = {b.reference: [b.reference, b.email, b.trainer, b.starts_at, "booked"] for b in bookings}
    as_told = {row[0] for row in stored if row == expected.get(row[0])}
    lost = [b.request for b in bookings if by_reference[b.reference] != 1 or b.reference not in as_told]

    received = Counter(entry["message_id"].strip("<>").split("@")[0] for entry in mail)
    ledger = {name: (status, reason) for name, status, reason in rows(cluster, MESSAGES)}
    statuses = Counter(status for status, _ in ledger.values())
    unknown = [name for name, (status, _) in ledger.items() if status == "unknown"]
    confirmations = [f"{b.reference.lower()}.confirmation.1" for b in bookings]
    return {
        "acknowledged": len(bookings),
        "lost": lost,
        "never_acknowledged": sorted(row[0] for row in stored if row[0] not in expected),
        "double_bookings": int(cluster.query(DOUBLE_BOOKINGS)),
        "mails": sum(received.values()),
        "sent_twice": sorted(name for name, times in received.items() if times > 1),
        "sent_but_not_received": sorted(n for n, (status, _) in ledger.items() if status == "sent" and not received[n]),
        "confirmations_missing": sorted(
            f"{name} {' '.join(ledger.get(name, ('not in the ledger', '')))}".strip()
            for name in confirmations if not received[name] and ledger.get(name, ("", ""))[0] != "unknown"),
        "unknown": len(unknown),
        "unknown_but_received": sum(1 for name in unknown if received[name]),
        "messages_by_status": dict(statuses),
        "reasons": dict(Counter(f"{status} {reason}" for status, reason in ledger.values() if reason)),
    }
