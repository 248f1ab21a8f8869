"""An SMS service with Twilio's API that injects configured faults and records the requests.

The argument is a plan in JSON: "log" (the path of the event file, one JSON object per line), "answers" (the responses
to the first requests, in order: "action", "status", "headers", "body"; later requests get a queued text message), and
optionally "tls" ("certificate", "key") and "login" ("user", "password").
The port is printed to stdout. The line "release" on stdin sends the held responses; end of file stops the server.
"""

import base64
import json
import os
import socket
import ssl
import sys
import threading
import urllib.parse

PLAN = json.loads(sys.argv[1])
LOCK = threading.Lock()
RELEASE = threading.Event()
LOG = open(PLAN["log"], "a", buffering=1)
TEXTS = 0


def note(**event):
    with LOCK:
        LOG.write(json.dumps(event) + "\n")


def next_answer():
    with LOCK:
        return PLAN["answers"].pop(0) if PLAN["answers"] else {"action": "answer"}


def queued():
    global TEXTS
    with LOCK:
        TEXTS += 1
        return json.dumps({"sid": f"SM{TEXTS:032x}", "status": "queued", "error_code": None})


def response(status, headers, body):
    octets = body.encode()
    lines = [f"HTTP/1.1 {status} Scripted", "Content-Type: application/json", f"Content-Length: {len(octets)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + octets


class Dropped(Exception):
    pass


class Connection:
    def __init__(self, plain, number):
        self.socket = plain
        self.number = number

    def run(self):
        try:
            if PLAN.get("tls"):
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(PLAN["tls"]["certificate"], PLAN["tls"]["key"])
                self.socket = context.wrap_socket(self.socket, server_side=True)
            self.lines = self.socket.makefile("rb")
            note(event="connect", connection=self.number)
            while line := self.lines.readline():
                self.serve(line.decode("latin-1").split(" "))
        except (Dropped, OSError):
            pass
        finally:
            # The file shares the socket: the connection is closed only when both are.
            if hasattr(self, "lines"):
                self.lines.close()
            self.socket.close()

    def serve(self, request_line):
        headers = {}
        while (line := self.lines.readline().decode("latin-1").strip()) != "":
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
        body = self.lines.read(int(headers.get("content-length", "0"))).decode()
        form = urllib.parse.parse_qs(body, keep_blank_values=True, strict_parsing=body != "", errors="strict")
        note(
            event="request", connection=self.number, method=request_line[0], path=request_line[1], headers=headers,
            form={name: ",".join(values) for name, values in form.items()},
        )
        self.answer(next_answer(), headers)

    def answer(self, answer, headers):
        action = answer["action"]
        if action == "drop":
            raise Dropped
        if action == "hang":
            while self.socket.recv(4096):
                pass
            raise Dropped
        if action == "hold":
            RELEASE.wait()
        if action == "raw":
            self.socket.sendall(answer["body"].encode("latin-1"))
            raise Dropped
        is_told = "status" in answer
        octets = response(answer["status"], answer["headers"], answer["body"]) if is_told else self.usual(headers)
        if action == "cut":
            self.socket.sendall(octets[:-1])
            raise Dropped
        if action == "last":
            # The response and the end of the connection are sent together, so that the client sees both.
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        self.socket.sendall(octets)
        if action == "last":
            self.socket.shutdown(socket.SHUT_WR)
            raise Dropped

    def usual(self, headers):
        login = PLAN.get("login")
        if login:
            expected = base64.b64encode(f"{login['user']}:{login['password']}".encode()).decode()
            if headers.get("authorization") != f"Basic {expected}":
                return response(401, {}, json.dumps({"code": 20003, "message": "Authenticate", "status": 401}))
        return response(201, {}, queued())


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
