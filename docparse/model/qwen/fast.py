"""Faster ways to run steps on a GPU, each on only where it equals the plain way on this very machine at start.

graphs      decode steps replayed as CUDA graphs (`fixed`)
vision      the vision tower on a stream of its own, ahead of its turn
run ahead   the next step is launched before the tokens of this one were read back

On a CPU they gain nothing and stay off. What is left off is logged with its reason.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from docparse.model.qwen.batcher import Batcher
from docparse.model.qwen.device import SideStream, await_event, on_device
from docparse.model.qwen.fixed import FixedSteps
from docparse.model.qwen.request import Decoding, Request
from docparse.model.qwen.runner import Part, Runner, Running

if TYPE_CHECKING:
    import torch

_LOG = logging.getLogger(__name__)
_STEPS = 3  # decode steps that are compared
_PROMPTS = 4096  # tokens of all prompts together, as in a real step
_TOKENS = 24
_SLOWER = 1.02

Steps = Callable[[Sequence[Part]], "torch.Tensor"]


def enable(runner: Runner, *, slots: int) -> tuple[str, ...]:
    """Turn on what passes its self-test here; the names of what is on."""
    if runner.device.type != "cuda":
        return ()
    if _passes("graphs", lambda: steps_differ(runner, FixedSteps(runner), slots)):
        runner.fixed = FixedSteps(runner)
    if _passes("vision", lambda: vision_differs(runner, SideStream(runner.device))):
        runner.side = SideStream(runner.device)
    runner.run_ahead = _passes("run ahead", lambda: running_ahead_differs(runner, slots))
    on = {"graphs": runner.fixed is not None, "vision": runner.side is not None, "run ahead": runner.run_ahead}
    return tuple(name for name, there in on.items() if there)


def _passes(name: str, check: Callable[[], str]) -> bool:
    try:
        why = check()
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
    if why:
        _LOG.warning("%s: not used on this machine: %s", name, why)
    return not why


def tolerance(runner: Runner) -> float:
    """How far values may lie apart, as a share of the largest: what another order of sums does to them."""
    import torch

    return 5e-2 if runner.dtype in (torch.bfloat16, torch.float16) else 1e-4


def steps_differ(runner: Runner, steps: Steps, slots: int) -> str:
    """How logits of decode steps differ from the plain way's; "" if they don't.

    The same step is computed twice over the same cache: it writes the same keys and values each time.
    """
    for count in sorted({1, min(3, slots), slots}):
        with _random_batch(runner, count) as batch:
            for _ in range(_STEPS):
                parts = [Part(one, one.tokens[-1:], len(one.tokens) - 1, 1) for one in batch]
                wanted, found = runner.plain(parts), steps(parts)
                if why := _apart(wanted, found, tolerance(runner)):
                    return f"{count} requests: {why}"
                for one, token in zip(batch, wanted.argmax(-1).tolist(), strict=True):
                    one.tokens.append(token)
    return ""


@contextmanager
def _random_batch(runner: Runner, count: int) -> Iterator[list[Running]]:
    """Requests with random prompts of mixed lengths in the cache, their last token not fed yet."""
    rng = random.Random(count)
    cache = runner.cache
    batch: list[Running] = []
    try:
        for number in range(count):
            most = min(2 * cache.page_size, _PROMPTS // count, runner.longest - _STEPS - 1)
            prompt = _random_tokens(runner, rng, rng.randint(2, most))
            one = runner.prepare(Request(prompt), number)
            pages = cache.allocator.take(cache.pages_for(len(prompt) + _STEPS))
            if pages is None:
                break
            one.pages = pages
            batch.append(one)
        prompts = [Part(one, one.tokens[:-1], 0, 1) for one in batch]
        runner.plain(sorted(prompts, key=lambda part: len(part.ids)))
        yield batch
    finally:
        for one in batch:
            cache.wipe(one.pages)
            cache.allocator.give_back(one.pages)


def _random_tokens(runner: Runner, rng: random.Random, count: int) -> list[int]:
    return [rng.randrange(min(runner.image_token, runner.decoder.vocabulary)) for _ in range(count)]


def _apart(wanted: torch.Tensor, found: torch.Tensor, most: float) -> str:
    """Why two tensors are not the same up to rounding."""
    if wanted.shape != found.shape:
        return f"shape {tuple(found.shape)} instead of {tuple(wanted.shape)}"
    wanted, found = wanted.float(), found.float()
    gap = float((wanted - found).abs().max() / wanted.abs().max().clamp_min(1e-6))
    return "" if gap <= most else f"differs by {gap:.3g} of the largest value"  # NaN is no less than `most`


def vision_differs(runner: Runner, side: SideStream) -> str:
    """How visual tokens from a stream of its own differ from those of the main one; "" if they don't."""
    rng = np.random.default_rng(0)
    grids = [(8, 12), (20, 6)]
    width = runner.vision.embed.weight.shape[1]
    patches = rng.integers(0, 256, (sum(rows * cols for rows, cols in grids), width), dtype=np.uint8)

    def look() -> list[torch.Tensor]:
        return runner.vision(on_device(patches, runner.device), grids)

    for _ in range(_STEPS):
        found, event = side.run(look)  # first: what both cache is made there, and waited for below
        for other in found:
            await_event(event, other)
        for one, other in zip(look(), found, strict=True):
            if why := _apart(one, other, tolerance(runner)):
                return why
    return ""


def running_ahead_differs(runner: Runner, slots: int) -> str:
    """How the texts of a batch that runs ahead differ, or that it is slower; "" if neither."""
    rng = random.Random(0)
    work = [
        (_random_tokens(runner, rng, rng.randint(2, 64)), rng.randint(4, _TOKENS)) for _ in range(2 * min(slots, 8))
    ]
    found: dict[bool, list[list[int]]] = {}
    seconds: dict[bool, float] = {}
    for run_ahead in (False, True, False, True):  # the first two also warm up
        started = time.perf_counter()
        found[run_ahead] = _texts(runner, work, slots, run_ahead)
        seconds[run_ahead] = time.perf_counter() - started
    if found[False] != found[True]:
        return "the tokens differ"
    slower = seconds[True] / seconds[False]
    return f"it takes {slower:.2f} times as long" if slower > _SLOWER else ""


def _texts(runner: Runner, work: Sequence[tuple[list[int], int]], slots: int, run_ahead: bool) -> list[list[int]]:
    batcher = Batcher(runner, eos=(), slots=min(slots, 8), drafts=False, run_ahead=run_ahead)
    for number, (prompt, length) in enumerate(work):
        batcher.add(Request(prompt, decoding=Decoding(max_tokens=length, ignore_eos=True), page=number))
    texts: dict[int, list[int]] = {}
    while batcher.busy:
        for answer in batcher.step():
            if answer.error is not None:
                raise answer.error
            texts[answer.request.page or 0] = list(answer.tokens)
    return [texts[number] for number in range(len(work))]
