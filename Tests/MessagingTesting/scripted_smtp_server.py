"""An SMTP server that injects configured faults and records the session.

The argument is a plan in JSON: "log" (the path of the event file, one JSON object per line), "faults" (a list of
"step", "action", "text", "times"), and optionally "tls" ("mode", "certificate", "key") and "login" ("user",
"password").
The port is printed to stdout. The line "release" on stdin sends the held replies; end of file stops the server.
"""

import base64
import json
import os
import socket
import ssl
import sys
import threading

PLAN = json.loads(sys.argv[1])
LOCK = threading.Lock()
RELEASE = threading.Event()
LOG = open(PLAN["log"], "a", buffering=1)


def note(**event):
    with LOCK:
        LOG.write(json.dumps(event) + "\n")


def fault_at(step):
    with LOCK:
        for fault in PLAN["faults"]:
            if fault["step"] == step and fault["times"] > 0:
                fault["times"] -= 1
                return fault
    return None


class Dropped(Exception):
    pass


class Connection:
    def __init__(self, plain, number):
        self.socket = plain
        self.number = number
        self.lines = None
        self.is_secure = False
        self.sender, self.recipients = None, []

    def run(self):
        try:
            if PLAN.get("tls", {}).get("mode") == "implicit":
                self.secure()
            self.lines = self.socket.makefile("rb")
            note(event="connect", connection=self.number)
            self.answer("greeting", "220 scripted ESMTP")
            while line := self.lines.readline():
                self.handle(line.decode("latin-1").rstrip("\r\n"))
        except (Dropped, OSError):
            pass
        finally:
            self.socket.close()

    def answer(self, step, reply):
        fault = fault_at(step)
        action = fault["action"] if fault else "reply"
        if action == "drop":
            raise Dropped
        if action == "hang":
            while self.socket.recv(4096):
                pass
            raise Dropped
        if action == "hold":
            RELEASE.wait()
        text = fault["text"] if action in ("reply", "dismiss") and fault else reply
        self.socket.sendall(text.encode("latin-1") + b"\r\n")
        if action == "dismiss":
            raise Dropped
        return text

    def handle(self, line):
        note(event="command", connection=self.number, line=line)
        verb = line.split(" ", 1)[0].upper()
        if verb in ("EHLO", "HELO"):
            self.answer("ehlo", self.capabilities())
        elif verb == "STARTTLS":
            if self.answer("starttls", "220 ready").startswith("220"):
                self.secure()
                self.lines = self.socket.makefile("rb")
        elif verb == "AUTH":
            self.log_in(line)
        elif verb == "MAIL":
            self.sender, self.recipients = line[10:], []
            self.answer("mail", "250 2.1.0 sender")
        elif verb == "RCPT":
            self.recipients.append(line[8:])
            self.answer("rcpt", "250 2.1.5 recipient")
        elif verb == "DATA":
            if self.answer("data", "354 go on").startswith("354"):
                self.take_body()
        elif verb == "QUIT":
            self.answer("quit", "221 bye")
            raise Dropped
        else:
            self.answer("other", "502 unknown")

    def capabilities(self):
        offers = ["scripted", "8BITMIME"]
        if PLAN.get("tls", {}).get("mode") == "starttls" and not self.is_secure:
            offers.append("STARTTLS")
        if PLAN.get("login"):
            offers.append("AUTH PLAIN")
        return "\r\n".join(f"250{' ' if offer is offers[-1] else '-'}{offer}" for offer in offers)

    def log_in(self, line):
        words = line.split(" ")
        if len(words) < 3:
            self.socket.sendall(b"334 \r\n")
            words.append(self.lines.readline().decode("latin-1").strip())
        _, user, password = base64.b64decode(words[2]).decode().split("\0")
        is_right = PLAN["login"] == {"user": user, "password": password}
        self.answer("auth", "235 2.7.0 welcome" if is_right else "535 5.7.8 wrong user or password")

    def take_body(self):
        fault = fault_at("body")
        if fault and fault["action"] == "drop":
            raise Dropped
        body = b""
        while (line := self.lines.readline()) not in (b".\r\n", b""):
            body += line[1:] if line.startswith(b".") else line
        if not line:
            raise Dropped
        note(
            event="message", connection=self.number, sender=self.sender.strip("<>"),
            recipients=[r.strip("<>") for r in self.recipients], content=body.decode("latin-1"),
        )
        self.answer("dot", "250 2.0.0 taken")

    def secure(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PLAN["tls"]["certificate"], PLAN["tls"]["key"])
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.is_secure = True


def accept(listener):
    number = 0
    while True:
        plain, _ = listener.accept()
        number += 1
        threading.Thread(target=Connection(plain, number).run, daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=accept, args=(listener,), daemon=True).start()
print(listener.getsockname()[1], flush=True)
for order in sys.stdin:
    if order.strip() == "release":
        RELEASE.set()
os._exit(0)
