"""Measures Procrastinate for comparison with Intro's job runner: `peer_procrastinate.py JOBS CONCURRENCY` enqueues empty
jobs, a thousand at a time, drains them, and prints the jobs per second of both steps. libpq's environment variables name
the database."""

import asyncio
import sys
import time

import procrastinate

app = procrastinate.App(connector=procrastinate.PsycopgConnector())


@app.task(name="noop")
async def noop(number):
    pass


async def prepare():
    if await app.check_connection_async():
        await app.connector.execute_query_async("TRUNCATE procrastinate_jobs CASCADE")
    else:
        await app.schema_manager.apply_schema_async()


async def enqueue(jobs):
    batch = 1000
    begin = time.monotonic()
    for first in range(0, jobs, batch):
        numbers = range(first, min(first + batch, jobs))
        await noop.batch_defer_async(*[{"number": number} for number in numbers])
    return jobs / (time.monotonic() - begin)


async def drain(jobs, concurrency):
    begin = time.monotonic()
    await app.run_worker_async(wait=False, concurrency=concurrency, install_signal_handlers=False)
    return jobs / (time.monotonic() - begin)


async def main(jobs, concurrency):
    async with app.open_async():
        await prepare()
        print(await enqueue(jobs))
        await app.connector.execute_query_async("ANALYZE procrastinate_jobs")
        print(await drain(jobs, concurrency))


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
