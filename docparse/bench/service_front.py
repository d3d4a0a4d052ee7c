"""Faults at the front door: too many at once, senders that dawdle or never end, a killed API, a full disk."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from docparse.bench.service_client import PDF, Answer, Client, Papers, is_refusal
from docparse.bench.service_overload import ACCEPT_GOAL_MS, LIVE_GOAL_MS, storm
from docparse.bench.service_rig import wait_until
from docparse.bench.service_trial import Trial
from docparse.errors import AllFailed

_MIB = 1 << 20
_GROWTH_GOAL_MB = 32.0
_NETWORK = (OSError, EOFError, TimeoutError)


def overload(trial: Trial, long: bool) -> tuple[int, float]:
    """Ten times the engine's speed for some time: refused at once or accepted soon, and nothing else."""
    _start_api(trial)
    rate = 10 * trial.rig.measures.pages_per_s
    asyncio.run(storm(trial.rig.api_port, rate / 10, 3.0))  # warms up what is made with the first requests
    found = asyncio.run(storm(trial.rig.api_port, rate, 60.0 if long else 15.0))
    trial.figures |= found.figures()
    recovery_s = _until_accepted(trial)
    missed = []
    if found.odd:
        missed.append(f"other answers: {dict(found.odd)}")
    if trial.figures["accept_p99_ms"] > ACCEPT_GOAL_MS:
        missed.append(f"accept p99 above {ACCEPT_GOAL_MS:g} ms")
    if trial.figures["live_p99_ms"] > LIVE_GOAL_MS:
        missed.append(f"liveness p99 above {LIVE_GOAL_MS:g} ms")
    if not found.refused:
        missed.append("nothing was refused: this was no overload")
    if missed:
        raise AllFailed("; ".join(missed))
    return found.offered, recovery_s


def kill_api(trial: Trial, long: bool) -> tuple[int, float]:
    """kill -9 of the API among uploads, again and again; what it had accepted is done, a repeated request done once."""
    times, slowest, papers = (25 if long else 3), 0.0, Papers(3)
    _start_api(trial)

    async def upload(client: Client) -> None:
        paper = papers.next()
        number, headers = papers.sent, {**PDF, "Idempotency-Key": f"paper-{papers.sent}"}
        for _ in range(600):
            with contextlib.suppress(*_NETWORK):
                answer = await client.ask("POST", "/v1/jobs", paper, headers)
                if answer.status == 202:
                    trial.jobs[answer.json["id"]] = papers.words(number)
                    return
                if not is_refusal(answer):
                    raise AllFailed(f"an upload was answered {answer.status}: {answer.body[:200]!r}")
            await asyncio.sleep(0.1)
        raise AllFailed("an upload was not accepted within a minute")

    async def one_kill() -> float:
        async with Client(trial.rig.api_port) as client:
            uploads = [asyncio.create_task(upload(client)) for _ in range(20)]
            await asyncio.sleep(0.05 + 0.02 * (len(trial.jobs) % 7))
            trial.rig.kill("api")
            killed_s = time.monotonic()
            trial.rig.start_api()
            await asyncio.to_thread(wait_until, trial.rig.api_answers, 60)
            answers_s = time.monotonic() - killed_s
            await asyncio.gather(*uploads)
        return answers_s

    for _ in range(times):
        slowest = max(slowest, asyncio.run(one_kill()))
    made, _ = trial.store.jobs("default", limit=10_000)
    if len(made) != len(trial.jobs):
        raise AllFailed(f"{len(trial.jobs)} requests, each with its key, made {len(made)} jobs")
    return times, slowest


def slow_senders(trial: Trial, long: bool) -> tuple[int, float]:
    """Heads that never end and bodies that drip: they are closed, and others do not notice."""
    _start_api(trial)
    heads, bodies = (2000, 60) if long else (400, 40)
    memory_mb = trial.rig.memory_mb()["api"]
    closed_s = asyncio.run(_dawdle(trial, heads, bodies))
    trial.figures["memory_growth_mb"] = round(trial.rig.memory_mb()["api"] - memory_mb, 1)
    if trial.figures["live_p99_ms"] > LIVE_GOAL_MS:
        raise AllFailed(f"liveness p99 above {LIVE_GOAL_MS:g} ms")
    if trial.figures["memory_growth_mb"] > _GROWTH_GOAL_MB:
        raise AllFailed(f"memory grew by more than {_GROWTH_GOAL_MB:g} MiB")
    return heads + bodies, closed_s


async def _dawdle(trial: Trial, heads: int, bodies: int) -> float:
    """Seconds until the last of the slow ones was closed."""
    port, started_s = trial.rig.api_port, time.monotonic()
    begun = b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pdf\r\nContent-Length: 100000\r\n"
    slow = [asyncio.create_task(_drip(port, begun[:-2], b"")) for _ in range(heads)]
    slow += [asyncio.create_task(_drip(port, begun + b"\r\n%PDF-1.7", b"x")) for _ in range(bodies)]
    found = await storm(port, 5.0, 10.0)
    trial.figures |= found.figures()
    if found.odd:
        raise AllFailed(f"others were answered {dict(found.odd)}")
    done, left = await asyncio.wait(slow, timeout=90)
    for task in left:
        task.cancel()
    if left:
        raise AllFailed(f"{len(left)} of {len(slow)} slow connections are still open after 90 s")
    await asyncio.gather(*done)
    return time.monotonic() - started_s


async def _drip(port: int, begin: bytes, then: bytes) -> None:
    """Send something, then one more byte every two seconds (or nothing), until the service closes."""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(writer):
            writer.write(begin)
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(), 2.0)  # returns when it is closed
                    return
                writer.write(then)


def big_uploads(trial: Trial, long: bool) -> tuple[int, float]:
    """2 GiB in chunks without an end in sight, four at once; then a file that is just allowed: memory stays."""
    _start_api(trial)
    pid, spool = trial.rig.processes["api"].pid, trial.rig.settings.data_dir / "spool"
    asyncio.run(storm(trial.rig.api_port, 5.0, 2.0))
    before_mb, started_s = _peak_mb(pid, reset=True), time.monotonic()
    sent = asyncio.run(_pour(trial.rig.api_port, 4, 2 << 30))
    grown = _peak_mb(pid) - before_mb
    trial.figures |= {"memory_growth_mb": round(grown, 1), "sent_mb": round(sum(sent) / _MIB)}
    left = [path for path in spool.rglob("*") if path.is_file()]
    if left or grown > _GROWTH_GOAL_MB:
        raise AllFailed(f"memory grew by {grown:.0f} MiB; {len(left)} files are left")
    return len(sent), time.monotonic() - started_s


async def _pour(port: int, times: int, size: int) -> list[int]:
    """Bytes that each upload could send until it was refused with 413."""

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pdf\r\n")
        writer.write(b"Transfer-Encoding: chunked\r\n\r\n9\r\n%PDF-1.7\n\r\n")
        answer, sent, block = asyncio.create_task(reader.readuntil(b"\r\n")), 0, b"100000\r\n" + b"x" * _MIB + b"\r\n"
        with contextlib.closing(writer), contextlib.suppress(OSError):
            while sent < size and not answer.done():
                writer.write(block)
                await writer.drain()
                sent += _MIB
        line = await asyncio.wait_for(answer, 30)
        if not line.startswith(b"HTTP/1.1 413"):
            raise AllFailed(f"{sent >> 20} MiB were answered {line!r}")
        return sent

    return await asyncio.gather(*(one() for _ in range(times)))


def _peak_mb(pid: int, *, reset: bool = False) -> float:
    """The most memory that a process had since the last reset, in MiB."""
    if reset:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def full_disk(trial: Trial, long: bool) -> tuple[int, float]:
    """A disk of 64 MB is filled to the last byte under load and emptied later: refused, not broken, and whole again."""
    trial.rig.settings.data_dir.mkdir(parents=True, exist_ok=True)
    trial.rig.start_api(disk_mb=64)
    if not wait_until(trial.rig.api_answers, 60):
        raise AllFailed(f"docparse serve did not start: {trial.rig.log('api')[-1000:]}")
    return asyncio.run(_fill(trial, 60.0 if long else 12.0))


async def _fill(trial: Trial, seconds: float) -> tuple[int, float]:
    async with Client(trial.rig.api_port) as client:
        return await _fill_and_empty(trial, client, seconds)


async def _fill_and_empty(trial: Trial, client: Client, seconds: float) -> tuple[int, float]:
    papers = Papers(5)
    known: dict[str, list[str]] = {}
    answers: list[int] = []

    async def submit() -> Answer:
        answer = await client.ask("POST", "/v1/jobs", papers.next(), PDF)
        answers.append(answer.status)
        if answer.status == 202:
            known[answer.json["id"]] = papers.words(papers.sent)
        elif answer.status not in (429, 503, 507) or not json.loads(answer.body)["request_id"]:
            raise AllFailed(f"a full disk was answered {answer.status}: {answer.body[:200]!r}")
        return answer

    async def accepted() -> None:
        while (await submit()).status != 202:
            await asyncio.sleep(0.1)

    for _ in range(4):
        await accepted()
    (first, *_) = known
    await _finished(client, list(known))
    answers.clear()
    for _ in range(20):  # at work while the disk fills
        await accepted()
    async with _filled(trial):
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            await submit()
            for path in ("/livez", f"/v1/jobs/{first}", f"/v1/jobs/{first}/result"):
                if (answer := await client.ask("GET", path)).status != 200:
                    raise AllFailed(f"{path} was answered {answer.status} while the disk was full")
            await asyncio.sleep(0.2)
        purged = await client.ask("DELETE", f"/v1/jobs/{first}?purge=true")
        if purged.status not in (204, 507):
            raise AllFailed(f"on a full disk deleting was answered {purged.status}: {purged.body[:200]!r}")
    known.pop(first)
    emptied_s = time.monotonic()
    if purged.status == 507:
        purged = await client.ask("DELETE", f"/v1/jobs/{first}?purge=true")
    if purged.status != 204:
        raise AllFailed(f"deleting was answered {purged.status} although there is room again")
    await accepted()
    recovery_s = time.monotonic() - emptied_s
    await _finished(client, list(known))
    await _whole(client, known)
    trial.figures |= {"refused_507": answers.count(507), "refused_503": answers.count(503), "accepted": len(known)}
    if not answers.count(507) + answers.count(503):
        raise AllFailed("nothing was refused: the disk was not full")
    return 1, recovery_s


@contextlib.asynccontextmanager
async def _filled(trial: Trial) -> AsyncIterator[None]:
    """The API's disk, with no byte left."""
    data_dir = trial.rig.settings.data_dir.absolute()
    filler = Path(f"/proc/{trial.rig.processes['api'].pid}/root", *data_dir.parts[1:], "filler")
    with filler.open("wb", buffering=0) as file:
        for block in (_MIB, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b"\0" * block):
                    pass
        free = os.statvfs(filler.parent).f_bavail
    if free:
        raise AllFailed(f"{free} blocks of the small disk are still free ({errno.errorcode[errno.ENOSPC]} wanted)")
    try:
        yield
    finally:
        filler.unlink()


async def _finished(client: Client, jobs: list[str]) -> None:
    for job in jobs:
        for _ in range(20):
            found: Any = (await client.ask("GET", f"/v1/jobs/{job}?wait=10")).json
            if found["state"] not in ("queued", "running"):
                break
        if found["state"] != "completed":
            raise AllFailed(f"an accepted job is {found['state']}: {found.get('documents')}")


async def _whole(client: Client, known: dict[str, list[str]]) -> None:
    """Every result has its own words."""
    for job, words in known.items():
        text = (await client.ask("GET", f"/v1/jobs/{job}/result?format=txt")).body.decode()
        if missing := [line for line in words if line not in text]:
            raise AllFailed(f"{len(missing)} pages of {job} are not in its result")


def _start_api(trial: Trial) -> None:
    trial.rig.start_api()
    if not wait_until(trial.rig.api_answers, 60):
        raise AllFailed(f"docparse serve did not start: {trial.rig.log('api')[-1000:]}")


def _until_accepted(trial: Trial) -> float:
    """Seconds until a new document is accepted."""

    async def ask() -> float:
        papers, started_s = Papers(1), time.monotonic()
        async with Client(trial.rig.api_port) as client:
            while (answer := await client.ask("POST", "/v1/jobs", papers.next(), PDF)).status != 202:
                if not is_refusal(answer) or time.monotonic() - started_s > 60:
                    raise AllFailed(f"after the storm a document was answered {answer.status}")
                await asyncio.sleep(0.1)
        return time.monotonic() - started_s

    return asyncio.run(ask())
