"""A mail server that stores the Message-ID of each mail on disk before it accepts it.

Usage: sink.py ADDRESS PORT FILE. Each line of the file is a JSON object with the time, Message-ID and recipients.
"""

import asyncio
import json
import os
import sys
import time
from email.parser import BytesHeaderParser


def store(file, recipients, data):
    """Writes one mail's line to disk."""
    message_id = BytesHeaderParser().parsebytes(data)["Message-ID"]
    line = json.dumps({"at": time.monotonic(), "message_id": message_id, "recipients": recipients})
    os.write(file, line.encode() + b"\n")
    os.fsync(file)


async def receive(reader):
    """Reads a mail up to its final dot."""
    lines = []
    while (line := await reader.readline()) not in (b".\r\n", b""):
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines) if line else None


async def serve(reader, writer, file):
    """Holds one SMTP dialogue."""
    recipients = []

    def reply(text):
        writer.write(text.encode() + b"\r\n")

    reply("220 mail ESMTP")
    while line := await reader.readline():
        verb = line.decode(errors="replace").strip()
        if verb.upper().startswith("EHLO"):
            reply("250-mail\r\n250-8BITMIME\r\n250 PIPELINING")
        elif verb.upper().startswith("MAIL"):
            recipients = []
            reply("250 ok")
        elif verb.upper().startswith("RCPT"):
            recipients.append(verb[verb.index("<") + 1:verb.index(">")])
            reply("250 ok")
        elif verb.upper() == "DATA":
            reply("354 go on")
            await writer.drain()
            data = await receive(reader)
            if data is None:
                break
            store(file, recipients, data)
            reply("250 stored")
        elif verb.upper() == "QUIT":
            reply("221 bye")
            break
        else:
            reply("250 ok")
        await writer.drain()
    writer.close()


async def main(address, port, path):
    """Serves until the process is killed."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    server = await asyncio.start_server(lambda reader, writer: serve(reader, writer, file), address, int(port),
                                        limit=1 << 24)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
