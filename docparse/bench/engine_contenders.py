"""The contenders of `bench engine`: the same pages and lengths through `generate` and through the batcher."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from docparse.bench.engine_work import IMAGE, PAD, Item
from docparse.model.qwen import fast
from docparse.model.qwen.batcher import Batcher, Counters
from docparse.model.qwen.patches import to_patches
from docparse.model.qwen.request import Decoding, Drafter, Request
from docparse.model.qwen.runner import Runner


@dataclass(frozen=True, slots=True)
class Run:
    """One contender's pass: tokens of every page, seconds, decode steps; and the batcher's own count."""

    tokens: list[list[int]]
    seconds: float
    steps: int
    counters: Counters | None = None
    patching_s: float = 0.0
    fast: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return sum(map(len, self.tokens))

    @property
    def pages_per_s(self) -> float:
        return len(self.tokens) / self.seconds


def now(model: Any) -> float:
    """Seconds: on a CPU those that this process computed, so that other programs don't count; else the wall clock."""
    import torch

    on_cpu = model.device.type == "cpu" and torch.get_num_threads() == 1
    return time.process_time() if on_cpu else time.perf_counter()


def wait(model: Any) -> None:
    """Until the device has done what it was given."""
    import torch

    if model.device.type == "cuda":
        torch.cuda.synchronize()


def generate(model: Any, items: Sequence[Item], batch: int) -> Run:
    """transformers' `generate` in static batches; a batch runs as long as its longest page."""
    import torch
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    processor = Qwen2VLImageProcessorPil(min_pixels=28 * 28, max_pixels=12_845_056)
    started, found, steps = now(model), [], 0
    for first in range(0, len(items), batch):
        group = items[first : first + batch]
        width = max(len(item.prompt) for item in group)
        ids = torch.tensor([[PAD] * (width - len(item.prompt)) + item.prompt for item in group], device=model.device)
        seen = torch.tensor(
            [[0] * (width - len(item.prompt)) + [1] * len(item.prompt) for item in group], device=model.device
        )
        images = processor(images=[item.pixels for item in group], return_tensors="pt").to(model.device)
        longest = max(item.length for item in group)
        out = model.generate(
            input_ids=ids, attention_mask=seen, mm_token_type_ids=(ids == IMAGE).int(), do_sample=False,
            max_new_tokens=longest, **images,
        )  # fmt: skip
        steps += longest
        found += [out[row, width : width + item.length].tolist() for row, item in enumerate(group)]
    wait(model)
    return Run(found, now(model) - started, steps)


def batched(
    model: Any, items: Sequence[Item], slots: int, *, drafter: Callable[[Item], Drafter] | None = None,
    exact: bool = False,
) -> Run:  # fmt: skip
    """This engine's batcher; with `drafter`, which makes one for a page, it drafts.

    `exact` waits for the device after each part of a step, for the split of the time.
    """
    longest = max(len(item.prompt) + item.length for item in items) + 1
    runner = Runner(model, slots=slots, longest=longest, cache_bytes=None)
    on = fast.enable(runner, slots=slots)
    runner.exact = exact
    batcher = Batcher(runner, eos=(), slots=slots, drafts=drafter is not None)
    started, patching = now(model), 0.0
    for number, item in enumerate(items):
        at = now(model)
        patches, grid = to_patches(item.pixels)
        patching += now(model) - at
        decoding = Decoding(max_tokens=item.length, ignore_eos=True, script=item.script)
        helper = drafter(item) if drafter is not None else None
        batcher.add(Request(item.prompt, patches, grid, decoding, drafter=helper, page=number))
    found: dict[int, list[int]] = {}
    while batcher.busy:
        for answer in batcher.step():
            if answer.error is not None:
                raise answer.error
            found[answer.request.page or 0] = list(answer.tokens)
    wait(model)
    seconds = now(model) - started
    tokens = [found[number] for number in range(len(items))]
    return Run(tokens, seconds, batcher.counters.decode_steps, batcher.counters, patching, on)


def ideal_steps(items: Sequence[Item], slots: int) -> int:
    return math.ceil(sum(item.length for item in items) / slots)


class SpoiltDrafter:
    """Knows a page's tokens but gets one in nine wrong: its drafts are rejected now and then."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = [token if number % 9 else PAD for number, token in enumerate(tokens, 1)]
        self._at = 0

    def extend(self, tokens: Sequence[int]) -> None:
        self._at += len(tokens)

    def propose(self, limit: int) -> list[int]:
        return self._tokens[self._at : self._at + limit]
