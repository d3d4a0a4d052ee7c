"""`docparse bench service`: what REST, Celery and Redis cost around an engine whose speed is known.

Real processes: `docparse serve`, one worker for each queue, redis-server. The engine models a GPU (`gpu_model`): a page
holds one of its slots for a fixed time, so the bare engine's throughput is known and measured beside it. A client keeps
a number of pages in flight over REST: as one of its documents is finished, it sends the next.
"""

from __future__ import annotations

import asyncio
import json
import platform
import random
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import func, select

from docparse.bench.gpu_model import GpuModel, Measures
from docparse.bench.service_client import PDF, Answer, Client, Papers, is_refusal
from docparse.bench.service_rig import Rig, wait_until
from docparse.bench.service_trial import Trial
from docparse.errors import AllFailed
from docparse.model.base import Deadline
from docparse.schemas.page import PageImage, PageOutput
from docparse.workers.tables import events

_IN_FLIGHT = "8,32,128,512"
_WARM_UP = 1000  # documents before memory is looked at: pools fill, caches and connections are made, forks part
_AT_ONCE = 32


def service(
    in_flight: Annotated[str, typer.Option(help="Pages in flight, one measurement each; empty: none.")] = _IN_FLIGHT,
    seconds: Annotated[float, typer.Option(min=1, help="Length of each measurement, after its warm-up.")] = 10.0,
    slots: Annotated[int, typer.Option(min=1, help="Slots of the modelled GPU.")] = 4,
    page_s: Annotated[float, typer.Option(min=0.01, help="Seconds that a page holds a slot.")] = 0.25,
    pages_each: Annotated[int, typer.Option(min=1, help="Pages of a document.")] = 4,
    documents: Annotated[int, typer.Option(min=0, help="Documents of the memory measurement; 0: none.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> int:
    """Throughput kept, latency added, pages lost or doubled, memory grown."""
    measures = Measures(slots, 10, page_s / 10)
    counts = [int(count) for count in in_flight.split(",") if count]
    with tempfile.TemporaryDirectory(prefix="docparse-bench-") as folder, Rig(Path(folder), measures) as rig:
        trial = Trial(rig)
        trial.start()
        rig.start_api()
        if not wait_until(rig.api_answers, 60):
            raise TimeoutError(f"docparse serve did not start: {rig.log('api')[-2000:]}")
        found = asyncio.run(_measure(trial, counts, seconds, pages_each, documents))
        trial.wait(120)
        found |= {"lost": _lost(trial), "doubled": trial.doubled()}
    found["machine"] = f"{platform.machine()}, {_cores()} cores, Python {platform.python_version()}"
    found["engine"] = {"slots": slots, "page_s": page_s, "pages_per_s": measures.pages_per_s}
    print(json.dumps(found, indent=1) if as_json else _table(found))
    return 0


async def _measure(trial: Trial, counts: list[int], seconds: float, pages_each: int, documents: int) -> dict[str, Any]:
    client = _Client(trial.rig.api_port, pages_each)
    try:
        added_ms = await client.added_latency_ms(trial.rig.measures.page_s)
        rows = [await _load(trial, client, count, seconds) for count in counts]
        memory = await _memory(trial, client, documents) if documents else []
    finally:
        await client.close()
    return {
        "throughput_kept": {str(row["in_flight"]): row["kept"] for row in rows}, "rows": rows,
        "added_latency_ms": round(added_ms, 1), "memory_mb_per_1000": _growth(memory), "memory": memory,
    }  # fmt: skip


async def _load(trial: Trial, client: _Client, count: int, seconds: float) -> dict[str, Any]:
    """Throughput with so many pages in flight, beside the bare engine's."""
    used_s, sent = trial.rig.cpu_s(), client.sent
    rate = await client.rate(trial, count, seconds)
    pages = max(1, (client.sent - sent) * client.pages_each)
    cpu_ms = {name: round((after_s - used_s[name]) * 1000 / pages, 1) for name, after_s in trial.rig.cpu_s().items()}
    bare = await asyncio.to_thread(bare_rate, trial.rig.measures, count, min(seconds, 4.0))
    _say(f"{count} pages in flight: {rate:.2f} of {bare:.2f} pages/s, CPU ms a page: {cpu_ms}")
    return {"in_flight": count, "pages_per_s": round(rate, 2), "bare": round(bare, 2),
            "kept": round(rate / bare, 3), "cpu_ms_per_page": cpu_ms}  # fmt: skip


async def _memory(trial: Trial, client: _Client, documents: int) -> list[dict[str, Any]]:
    """MiB of each process after a warm-up and then every so many documents."""
    every, warm_up = max(1, documents // 10), min(_WARM_UP, documents)
    await client.push(warm_up, at_once=_AT_ONCE)
    rows: list[dict[str, Any]] = []
    for done in range(0, documents + 1, every):
        if done:
            await client.push(every, at_once=_AT_ONCE)
        used = {name: round(mb, 1) for name, mb in (await asyncio.to_thread(trial.rig.memory_mb)).items()}
        rows.append({"documents": done, **used, "all": round(sum(used.values()), 1)})
        _say(f"memory: {rows[-1]}")
    return rows


def _growth(memory: list[dict[str, Any]]) -> float | None:
    """MiB per 1,000 documents between the first row and the last; None where nothing was measured."""
    if len(memory) < 2:
        return None
    return float(round((memory[-1]["all"] - memory[0]["all"]) / memory[-1]["documents"] * 1000, 2))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class _Client:
    """Documents over REST, each with words of its own."""

    def __init__(self, port: int, pages_each: int) -> None:
        self._http = Client(port)
        self._papers = Papers(pages_each)
        self.pages_each = pages_each
        self.refused = 0

    @property
    def sent(self) -> int:
        return self._papers.sent

    async def close(self) -> None:
        await self._http.close()

    async def added_latency_ms(self, page_s: float, times: int = 15) -> float:
        """Median time of a page that is alone, above what the engine needs; the first ones warm everything up."""
        found, papers = [], Papers(1)
        for turn in range(times + 5):
            data = papers.next()
            started_s = time.perf_counter()
            _checked(await self._http.ask("POST", "/v1/parse?wait=60", data, PDF))
            if turn >= 5:
                found.append(time.perf_counter() - started_s - page_s)
        return statistics.median(found) * 1000

    async def rate(self, trial: Trial, in_flight: int, seconds: float) -> float:
        """Pages a second while so many are in flight."""
        stop = asyncio.Event()

        async def keep_busy() -> None:
            while not stop.is_set():
                await self._one()

        clients = [asyncio.create_task(keep_busy()) for _ in range(max(1, in_flight // self.pages_each))]
        await asyncio.sleep(3.0 + in_flight / 128)
        started_s, before = time.monotonic(), await asyncio.to_thread(trial.done_pages)
        await asyncio.sleep(seconds)
        after, ended_s = await asyncio.to_thread(trial.done_pages), time.monotonic()
        stop.set()
        await asyncio.gather(*clients)
        return (after - before) / (ended_s - started_s)

    async def push(self, documents: int, at_once: int) -> None:
        """So many documents as fast as they go."""
        left = iter(range(documents))

        async def work() -> None:
            for _ in left:
                await self._one()

        await asyncio.gather(*(work() for _ in range(at_once)))

    async def _one(self) -> None:
        paper = self._papers.next()
        while is_refusal(answer := await self._http.ask("POST", "/v1/jobs", paper, PDF)):
            self.refused += 1
            await asyncio.sleep(int(answer.headers["retry-after"]) * random.uniform(1.0, 1.5))
        _checked(answer)
        address = f"/v1/jobs/{answer.json['id']}?wait=60"
        while _checked(await self._http.ask("GET", address)).json["state"] in ("queued", "running"):
            pass


def _checked(answer: Answer) -> Answer:
    if answer.status >= 400:
        raise AllFailed(f"the service answered {answer.status}: {answer.body[:300]!r}")
    return answer


def bare_rate(measures: Measures, in_flight: int, seconds: float) -> float:
    """Pages a second of the engine alone, in this process, with so many in flight."""
    engine, ends, stopping = GpuModel(measures), list[float](), threading.Event()
    page = PageImage(number=1, width_px=28, height_px=28, width=28, height=28)

    def again(_: Future[PageOutput]) -> None:
        ends.append(time.monotonic())
        if not stopping.is_set():
            engine.submit(page, deadline=Deadline()).add_done_callback(again)

    for _ in range(in_flight):
        engine.submit(page, deadline=Deadline()).add_done_callback(again)
    time.sleep(measures.page_s * 2 + seconds)
    stopping.set()
    engine.close()
    first_s = ends[0] + measures.step_s / 2  # all slots end together: the first burst is where counting starts
    counted = [end_s for end_s in ends if end_s > first_s]
    return len(counted) / (counted[-1] - ends[0])


def _lost(trial: Trial) -> int:
    """Pages of accepted documents that were never committed, or failed."""
    with trial.store.read() as connection:
        opened = connection.execute(select(events.c.data).where(events.c.kind == "document.opened"))
        expected = sum(int(row.data["pages"]) for row in opened)
        done = connection.execute(select(func.count()).select_from(events).where(events.c.kind == "page.done"))
        return expected - int(done.scalar_one())


def _cores() -> int:
    from docparse.workers.worker import cores

    return cores()


def _table(found: dict[str, Any]) -> str:
    lines = ["pages in flight   service   bare engine   kept"]
    lines += [
        f"{row['in_flight']:15}  {row['pages_per_s']:6.2f}/s  {row['bare']:10.2f}/s  {row['kept']:6.1%}"
        for row in found["rows"]
    ]
    lines.append(f"added latency {found['added_latency_ms']} ms, lost {found['lost']}, doubled {found['doubled']}")
    if found["memory"]:
        names = list(found["memory"][0])
        lines += ["", "MiB after so many documents", "  ".join(f"{name:>10}" for name in names)]
        lines += ["  ".join(f"{row[name]:>10}" for name in names) for row in found["memory"]]
        lines.append(f"memory grows by {found['memory_mb_per_1000']} MiB per 1,000 documents")
    return "\n".join([*lines, f"on {found['machine']}; engine: {found['engine']}"])
