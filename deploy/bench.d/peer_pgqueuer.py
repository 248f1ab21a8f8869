"""Measures PgQueuer for comparison with Intro's job runner: `peer_pgqueuer.py JOBS BATCH` enqueues empty jobs, a thousand at
a time, drains them, and prints the jobs per second of both steps. libpq's environment variables name the database."""

import sys
import time

import asyncpg
import uvloop
from pgqueuer.db import AsyncpgDriver
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries


async def prepare(connection, queries):
    if await queries.has_table("pgqueuer"):
        await connection.execute("TRUNCATE pgqueuer, pgqueuer_log, pgqueuer_statistics")
    else:
        await queries.install()


async def enqueue(queries, jobs):
    batch = 1000
    begin = time.monotonic()
    for first in range(0, jobs, batch):
        numbers = range(first, min(first + batch, jobs))
        payloads = [b'{"number":%d}' % number for number in numbers]
        await queries.enqueue(["noop"] * len(payloads), payloads, [0] * len(payloads))
    return jobs / (time.monotonic() - begin)


async def drain(queries, jobs, batch):
    manager = QueueManager(queries)
    left = jobs

    @manager.entrypoint("noop")
    async def noop(job):
        nonlocal left
        left -= 1
        if left == 0:
            manager.shutdown.set()

    begin = time.monotonic()
    await manager.run(batch_size=batch)
    return jobs / (time.monotonic() - begin)


async def main(jobs, batch):
    connection = await asyncpg.connect()
    queries = Queries(AsyncpgDriver(connection))
    await prepare(connection, queries)
    print(await enqueue(queries, jobs))
    await connection.execute("VACUUM ANALYZE pgqueuer")
    print(await drain(queries, jobs, batch))


uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
