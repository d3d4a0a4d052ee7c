"""`docparse bench engine`: this engine beside transformers' `generate`, same model, pages and lengths, in one run.

Rounds are interleaved and the fastest of each contender counts. On one CPU thread the clock is the CPU's: what other
programs do at the same time is left out. Everywhere else it is the wall's.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import resource
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from docparse.bench.engine_contenders import Run
    from docparse.bench.engine_work import Item


@dataclass(frozen=True, slots=True)
class Setup:
    """What is measured."""

    shape: str = "tiny"
    pages: int = 48
    slots: int = 8
    rounds: int = 2
    lengths: tuple[int, int] = (20, 300)
    visual: int = 48
    queue: int = 192
    baseline: int = 0  # pages that `generate` is given; 0 for all


@dataclass(slots=True)
class Result:
    """Ratios (see `docparse bench engine --help`) and the runs that they come from, by contender."""

    ratios: dict[str, float | bool]
    runs: dict[str, Run]
    ideal: int
    roofline: str = ""


def engine(
    shape: Annotated[str, typer.Option(help="Random weights: tiny, 3b or 7b.")] = "tiny",
    pages: Annotated[int, typer.Option(min=2)] = 48,
    slots: Annotated[int, typer.Option(min=1, help="Pages decoded at once.")] = 8,
    rounds: Annotated[int, typer.Option(min=1)] = 2,
    lengths: Annotated[str, typer.Option(help="Shortest and longest output in tokens.")] = "20-300",
    visual: Annotated[int, typer.Option(min=1, help="Visual tokens of a page, about.")] = 48,
    baseline: Annotated[
        int, typer.Option(min=0, help="Pages that generate is given; by default all of tiny, else 8.")
    ] = 0,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of every contender.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with the ratios.")] = False,
) -> int:
    """Compare this engine with transformers' generate (one by one, static batches of 8), with and without drafts.

    tokens_equal: all contenders wrote the same; vs_generate, vs_static8: times faster; steps_over_ideal: decode steps
    of a long queue over ceil(tokens / slots); draft_steps_ratio: times fewer steps with drafts from a text layer;
    draft_full_slots_ratio: pages/s with drafts over without, all slots full; slot_occupancy: share of slots used.
    """
    from docparse.errors import UsageError
    from docparse.model.qwen.load import require_libraries

    require_libraries()
    import torch

    from docparse.bench.engine_work import SHAPES

    low, _, high = lengths.partition("-")
    if shape not in SHAPES or not (low.isdigit() and high.isdigit() and 1 < int(low) <= int(high)):
        raise UsageError(f"--shape is one of {', '.join(SHAPES)}, --lengths two numbers such as 20-300")
    torch.set_num_threads(threads)
    setup = Setup(shape, pages, slots, rounds, (int(low), int(high)), visual, baseline=baseline)
    if shape != "tiny" and not baseline:
        setup = replace(setup, baseline=8)
    result = measure(setup)
    if as_json:
        print(json.dumps(result.ratios))
    else:
        print(_table(setup, result, threads))
    return 0


def measure(setup: Setup) -> Result:
    """Run all contenders; minutes on a CPU."""
    from docparse.bench import engine_contenders as contenders
    from docparse.bench import engine_roofline as roofline
    from docparse.bench import engine_work as work
    from docparse.model.qwen.drafts import TextDrafter, layer_text

    model = work.random_model(setup.shape)
    # The engine lays weights out as it likes them; on a CPU `generate` keeps a model as transformers makes it.
    plain = work.random_model(setup.shape) if model.device.type == "cpu" else model
    size = int(model.config.text_config.vocab_size)
    items = work.mixed_items(setup.pages, setup.lengths, setup.visual, size)
    texts, vocabulary = work.written_items(items, size, setup.lengths)

    def layer(item: Item) -> TextDrafter:
        return TextDrafter(layer_text(item.words), vocabulary)

    texts = texts[: max(setup.pages // 2, 2)]
    known = items[: setup.baseline or len(items)]
    contenders.batched(model, items[:2], 2)  # warm
    runs = _best_of(
        setup.rounds,
        {
            "static": lambda: contenders.generate(plain, known, 8),
            "engine": lambda: contenders.batched(model, items, setup.slots),
            "text": lambda: contenders.batched(model, texts, setup.slots),
            "text, drafts": lambda: contenders.batched(model, texts, setup.slots, drafter=layer),
        },
    )
    runs["generate"] = contenders.generate(plain, known, 1)
    few = texts[: max(2, setup.pages // 8)]
    runs["few"] = contenders.batched(model, few, 1)
    runs["few, drafts"] = contenders.batched(model, few, 1, drafter=layer)
    written = {id(item): tokens for item, tokens in zip(items, runs["engine"].tokens, strict=True)}
    runs["drafts"] = contenders.batched(
        model, items, setup.slots, drafter=lambda item: contenders.SpoiltDrafter(written[id(item)])
    )
    queue = work.mixed_items(setup.queue, setup.lengths, 4, size, seed=3)
    runs["queue"] = contenders.batched(work.random_model(setup.shape, layers=1), queue, setup.slots)
    ideal = contenders.ideal_steps(queue, setup.slots)
    result = Result(_ratios(setup, runs, ideal), runs, contenders.ideal_steps(items, setup.slots))
    if model.device.type == "cuda":
        runs["exact"] = contenders.batched(model, items, setup.slots, exact=True)
        result.roofline = roofline.share(model, items, setup.slots, result.ideal, runs["engine"].seconds)
    return result


def _best_of(rounds: int, contenders: dict[str, Callable[[], Run]]) -> dict[str, Run]:
    best: dict[str, Run] = {}
    for _ in range(rounds):
        for name, run in contenders.items():
            done = run()
            if name not in best or done.seconds < best[name].seconds:
                best[name] = done
    return best


def _ratios(setup: Setup, runs: dict[str, Run], queue_ideal: int) -> dict[str, float | bool]:
    wanted = runs["generate"].tokens
    counters = runs["engine"].counters
    assert counters is not None
    speed = {name: run.pages_per_s for name, run in runs.items()}
    return {
        "tokens_equal": all(runs[name].tokens[: len(wanted)] == wanted for name in ("engine", "drafts"))
        and runs["text"].tokens == runs["text, drafts"].tokens,
        "vs_generate": round(speed["engine"] / speed["generate"], 3),
        "vs_static8": round(speed["engine"] / speed["static"], 3),
        "steps_over_ideal": round(runs["queue"].steps / queue_ideal, 4),
        "draft_steps_ratio": round(runs["few"].steps / runs["few, drafts"].steps, 3),
        "draft_full_slots_ratio": round(speed["text, drafts"] / speed["text"], 3),
        "slot_occupancy": round(counters.used / (counters.decode_steps * setup.slots), 4),
    }


def _table(setup: Setup, result: Result, threads: int) -> str:
    """The result as text: machine, contenders, time split, ratios."""
    import torch

    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", "transformers"))
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {threads} thread(s)"
    lines = [
        f"{platform.machine()} {device}; Python {platform.python_version()}, {versions}",
        f"random weights ({setup.shape}), {setup.pages} pages of about {setup.visual} visual and "
        f"{setup.lengths[0]}-{setup.lengths[1]} output tokens, {setup.slots} slots; best of {setup.rounds}",
        "",
        f"{'':28}{'s':>8}{'pages/s':>9}{'tokens/s':>10}{'steps':>7}",
    ]
    for name, title in _TITLES.items():
        run = result.runs[name]
        rate = f"{run.seconds:8.2f}{run.pages_per_s:9.2f}{run.total / run.seconds:10.0f}{run.steps:7}"
        lines.append(f"{title:28}{rate}")
    lines += ["", f"ideal steps of these pages: {result.ideal}"]
    lines.append(_split(result.runs.get("exact", result.runs["engine"])))
    if torch.cuda.is_available():
        lines += [f"on after the self-tests: {', '.join(result.runs['engine'].fast) or 'nothing'}", result.roofline]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if torch.cuda.is_available():
        peak = torch.cuda.max_memory_allocated() / 2**20
    lines += [f"peak memory: {peak:.0f} MiB", ""]
    return "\n".join([*lines, *(f"{name:24}{value}" for name, value in result.ratios.items())])


_TITLES = {
    "generate": "generate, one by one",
    "static": "generate, batches of 8",
    "engine": "docparse",
    "drafts": "docparse, spoilt drafts",
    "text": "born-digital text",
    "text, drafts": "born-digital text, drafts",
    "few": "one at a time",
    "few, drafts": "one at a time, drafts",
}


def _split(run: Run) -> str:
    counters = run.counters
    assert counters is not None
    parts = {
        "patching": run.patching_s, "vision": counters.vision_s, "steps with prompts": counters.prefill_s,
        "decode": counters.forward_s, "choosing tokens": counters.choose_s,
    }  # fmt: skip
    parts["the rest"] = max(0.0, run.seconds - sum(parts.values()))
    return "time: " + ", ".join(f"{name} {value / run.seconds:.0%}" for name, value in parts.items())
