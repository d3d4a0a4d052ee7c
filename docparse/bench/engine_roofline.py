"""How fast the device could be at best: what the pages cost in operations and bytes, over what it was measured to do.

Vision and prompts are bound by arithmetic, decoding by memory: each step reads the weights once and the cache of every
request in it. Stages follow one another; a slot is never empty. Activations and the cost of launching are left out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docparse.bench.engine_work import Item

_PATCHES = 4  # of a visual token


@dataclass(frozen=True, slots=True)
class Work:
    """What a run costs: operations of the vision tower and of prompts, bytes read while decoding."""

    vision_flop: float
    prompt_flop: float
    decode_bytes: float


def work_of(config: Any, items: Sequence[Item], slots: int, steps: int, *, value_bytes: int = 2) -> Work:
    """What these pages cost a model of this config in `steps` decode steps of `slots` requests."""
    text, vision = config.text_config, config.vision_config
    head = text.hidden_size // text.num_attention_heads
    kv = 2 * text.num_key_value_heads * head
    layer = text.hidden_size * (2 * text.hidden_size + kv + 3 * text.intermediate_size)
    layers = text.num_hidden_layers
    head_values = text.hidden_size * text.vocab_size
    tower = vision.hidden_size * (4 * vision.hidden_size + 3 * vision.intermediate_size)
    merged = _PATCHES * vision.hidden_size
    vision_flop = prompt_flop = 0.0
    for item in items:
        patches = item.pixels.shape[0] * item.pixels.shape[1] / 14**2
        prompt = len(item.prompt)
        window = min(patches, (vision.window_size / 14) ** 2)
        full = len(vision.fullatt_block_indexes)
        seen = patches * (full * patches + (vision.depth - full) * window)
        vision_flop += 2 * patches * vision.depth * tower + 4 * seen * vision.hidden_size
        vision_flop += 2 * patches / _PATCHES * merged * (merged + vision.out_hidden_size)
        prompt_flop += 2 * prompt * layers * layer + 2 * head_values
        prompt_flop += 2 * prompt**2 * layers * text.hidden_size  # causal: half of all pairs
    context = sum(len(item.prompt) + item.length / 2 for item in items) / len(items)
    per_step = layers * layer + head_values + min(slots, len(items)) * context * layers * kv
    return Work(vision_flop, prompt_flop, steps * per_step * value_bytes)


def share(model: Any, items: Sequence[Item], slots: int, steps: int, seconds: float) -> str:
    """One line: the run's share of the roofline, with what the device was measured to do. Needs a GPU."""
    flops, bandwidth = measured_flops(), measured_bandwidth()
    work = work_of(model.config, items, slots, steps)
    parts = {
        "vision": work.vision_flop / flops, "prompts": work.prompt_flop / flops,
        "decode": work.decode_bytes / bandwidth,
    }  # fmt: skip
    best = sum(parts.values())
    split = ", ".join(f"{name} {value:.2f} s" for name, value in parts.items())
    return (
        f"roofline: {best:.2f} s ({split}) at {flops / 1e12:.0f} TFLOP/s and {bandwidth / 1e12:.2f} TB/s, "
        f"both measured here; reached {best / seconds:.0%}"
    )


def measured_flops(size: int = 8192) -> float:
    """Operations a second of a large product in bf16."""
    import torch

    one = torch.randn(size, size, dtype=torch.bfloat16, device="cuda")
    return 2 * size**3 / _fastest(lambda: one @ one)


def measured_bandwidth(gib: int = 2) -> float:
    """Bytes a second that are read in a sum over memory."""
    import torch

    one = torch.ones(gib * 2**29, dtype=torch.bfloat16, device="cuda")
    return 2 * one.numel() / _fastest(one.sum)


def _fastest(work: Any, tries: int = 10) -> float:
    import torch

    best = float("inf")
    for _ in range(tries):
        torch.cuda.synchronize()
        started = time.perf_counter()
        work()
        torch.cuda.synchronize()
        best = min(best, time.perf_counter() - started)
    return best
