"""Ten times what the service can do, at a fixed rate: what is accepted how soon, what is refused how, what answers.

Requests come at their times, whether those before them were answered or not: a client that waits would hide the wait.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field

from docparse.bench.service_client import PDF, Client, Papers, is_refusal

ACCEPT_GOAL_MS, LIVE_GOAL_MS = 500.0, 100.0
_LIVE_EVERY_S = 0.05


@dataclass(slots=True)
class Storm:
    """What a time of overload brought. Times are milliseconds; `odd` are answers that no overload explains."""

    seconds: float
    offered: int = 0
    accepted: list[str] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)
    accept_ms: list[float] = field(default_factory=list)
    refuse_ms: list[float] = field(default_factory=list)
    live_ms: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        return {
            "offered_per_s": round(self.offered / self.seconds, 1), "accepted": len(self.accepted),
            "refused": self.refused.total(), "other_answers": self.odd.total(),
            "accept_p50_ms": quantile(self.accept_ms, 0.5), "accept_p99_ms": quantile(self.accept_ms, 0.99),
            "refuse_p99_ms": quantile(self.refuse_ms, 0.99), "live_p99_ms": quantile(self.live_ms, 0.99),
        }  # fmt: skip


def quantile(values: list[float], share: float) -> float:
    """The nearest rank; 0 where there is nothing."""
    if not values:
        return 0.0
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 1)


async def storm(port: int, per_s: float, seconds: float) -> Storm:
    """One-page documents at that rate, and a look at /livez 20 times a second."""
    found, client, papers = Storm(seconds), Client(port), Papers(1)
    sending: set[asyncio.Task[None]] = set()
    started_s = time.monotonic()
    watching = asyncio.create_task(_watch(port, found))
    try:
        while (now_s := time.monotonic() - started_s) < seconds:
            while found.offered < now_s * per_s:
                found.offered += 1
                task = asyncio.create_task(_send(client, papers.next(), found))
                sending.add(task)
                task.add_done_callback(sending.discard)
            await asyncio.sleep(0.005)
        await asyncio.gather(*sending)
    finally:
        watching.cancel()
        await client.close()
    return found


async def _send(client: Client, paper: bytes, found: Storm) -> None:
    started_s = time.perf_counter()
    try:
        answer = await client.ask("POST", "/v1/jobs", paper, PDF)
    except (OSError, EOFError, TimeoutError) as error:
        found.odd[type(error).__name__] += 1
        return
    took_ms = (time.perf_counter() - started_s) * 1000
    if answer.status == 202:
        found.accepted.append(answer.json["id"])
        found.accept_ms.append(took_ms)
    elif is_refusal(answer):
        found.refused[answer.status] += 1
        found.refuse_ms.append(took_ms)
    else:
        found.odd[str(answer.status)] += 1


async def _watch(port: int, found: Storm) -> None:
    """Liveness over connections of its own, as an orchestrator asks."""
    while True:
        client, started_s = Client(port), time.perf_counter()
        try:
            answer = await client.ask("GET", "/livez", timeout_s=10)
            found.live_ms.append((time.perf_counter() - started_s) * 1000)
            if answer.status != 200:
                found.odd[f"livez {answer.status}"] += 1
        except (OSError, EOFError, TimeoutError) as error:
            found.odd[f"livez {type(error).__name__}"] += 1
        finally:
            await client.close()
        await asyncio.sleep(_LIVE_EVERY_S)


def summary(found: Storm) -> str:
    figures = found.figures()
    mean = statistics.fmean(found.accept_ms) if found.accept_ms else 0.0
    return ", ".join(f"{name} {value:g}" for name, value in figures.items()) + f", accept_mean_ms {mean:.1f}"
