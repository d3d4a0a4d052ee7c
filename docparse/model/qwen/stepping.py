"""One step of a batch: what each request feeds, which tokens are chosen, and what they mean for the request.

`launch` hands a step to the device, `land` reads its tokens back: between the two the next step can be launched.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docparse.model.qwen.runner import Part, Runner, Running
from docparse.model.qwen.sampling import accepted
from docparse.schemas.page import FinishReason

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Chosen:
    """Tokens for the rows of one part, with the model's own log-probabilities: NaN where logits are not finite."""

    tokens: list[int]
    logprobs: list[float]

    @property
    def finite(self) -> bool:
        return not any(math.isnan(value) for value in self.logprobs)


@dataclass(eq=False, slots=True)
class Flight:
    """A step that was handed to the device: `numbers` (token, log-probability) of each row come to the host by
    themselves, and are there once `ready` has passed."""

    parts: list[Part]
    logits: torch.Tensor
    best: torch.Tensor
    numbers: torch.Tensor
    ready: Any
    started_s: float
    forward_s: float
    launched_s: float

    @property
    def prompts(self) -> bool:
        """Whether a prompt is fed."""
        return any(part.start < part.running.prompt_length for part in self.parts)

    @property
    def plain(self) -> bool:
        """Whether what it chooses is `best` in every row, so that the next step may start from it."""
        return all(part.running.chooser.plain and part.rows <= 1 for part in self.parts)


def parts_of(running: Sequence[Running], budget: int) -> list[Part]:
    """What each request feeds, short parts first. Prompts beyond `budget` tokens are fed in pieces or wait."""
    parts: list[Part] = []
    for one in running:
        if one.unread:
            parts.append(Part(one, [0], one.cached, 1, one.epoch, one.row))
            continue
        ids = one.tokens[one.cached :]
        if len(ids) > 1:
            if budget <= 0:
                continue
            ids = ids[:budget]
            budget -= len(ids)
        whole = one.cached + len(ids) == len(one.tokens)
        drafts = one.drafts if whole else []
        parts.append(Part(one, [*ids, *drafts], one.cached, 1 + len(drafts) if whole else 0, one.epoch))
    parts.sort(key=lambda part: len(part.ids))
    return parts


def launch(runner: Runner, parts: list[Part], before: Flight | None) -> Flight:
    """Hand a step to the device. `before` is the step of which the tokens were not read back yet."""
    import torch

    started = runner.now()
    logits = runner.forward(parts, None if before is None else before.best)
    forwarded = runner.now()
    with torch.inference_mode():
        best = logits.argmax(-1)
        logprobs = logits.gather(1, best[:, None])[:, 0] - logits.logsumexp(-1)
        numbers, ready = torch.stack((best.double(), logprobs.double())), None
        if logits.device.type == "cuda":
            host = torch.empty(numbers.shape, dtype=numbers.dtype, pin_memory=True)
            host.copy_(numbers, non_blocking=True)
            numbers, ready = host, torch.cuda.current_stream().record_event()
    row = 0
    for part in parts:
        one = part.running
        one.cached = part.start + len(part.ids)
        row += part.rows
        if part.rows:
            one.unread, one.row = one.unread + 1, row - 1
    return Flight(parts, logits, best, numbers, ready, started, forwarded - started, runner.now() - started)


def land(flight: Flight) -> list[Chosen]:
    """Wait for a step; tokens for every part. Greedy requests without a penalty have theirs already."""
    if flight.ready is not None:
        flight.ready.synchronize()
    best, logprobs = flight.numbers.tolist()
    ids = [int(number) for number in best]
    slices, at, other = [], 0, False
    for part in flight.parts:
        rows = slice(at, at + part.rows)
        at += part.rows
        slices.append(rows)
        one = part.running
        if part.rows and not one.chooser.plain and part.epoch == one.epoch:
            other = True
            script = one.request.decoding.script
            ids[rows] = (
                script[one.written : one.written + part.rows]
                if script
                else one.chooser.choose(flight.logits[rows], one.drafts)
            )
    if other:
        chosen = flight.best.new_tensor(ids)
        logprobs = (flight.logits.gather(1, chosen[:, None])[:, 0] - flight.logits.logsumexp(-1)).tolist()
    return [Chosen(ids[rows], logprobs[rows]) for rows in slices]


def ends_by_length(one: Running, longest: int) -> bool:
    """Whether the token that was not read back yet is the request's last one, whatever it is."""
    return one.unread > 0 and (one.written + one.unread >= one.request.decoding.max_tokens or one.length >= longest)


def void(one: Running) -> None:
    """What was computed for the request and not read back yet does not count."""
    one.epoch += 1
    one.unread = 0


def take(part: Part, chosen: Chosen, eos: frozenset[int], longest: int) -> tuple[int, FinishReason | None]:
    """Let a request have its tokens: (drafts that held, why it ends or None).

    `longest` bounds prompt and text together.
    """
    one, drafts = part.running, part.running.drafts
    one.drafts = []
    if not part.rows:
        return 0, None
    one.unread -= 1
    held = accepted(chosen.tokens, drafts) - 1
    one.cached -= len(drafts) - held
    decoding = one.request.decoding
    tokens = chosen.tokens[: min(held + 1, decoding.max_tokens - one.written)]
    finish: FinishReason | None = None
    if not decoding.ignore_eos:
        end = next((place for place, token in enumerate(tokens) if token in eos), None)
        if end is not None:
            tokens, finish = tokens[:end], FinishReason.STOP
    one.tokens.extend(tokens)
    one.logprobs.extend(chosen.logprobs[: len(tokens)])
    one.chooser.accept(tokens)
    looping = _tell(one, tokens)
    if finish is None and looping:
        finish = FinishReason.REPETITION
    if finish is None and (one.written >= decoding.max_tokens or len(one.tokens) >= longest):
        finish = FinishReason.LENGTH
    return held, finish


def _tell(one: Running, tokens: list[int]) -> bool:
    """Pass the tokens on to loop watch and drafter; whether they are a loop. A helper that fails is left out."""
    request, looping = one.request, False
    if request.watcher is not None:
        try:
            looping = request.watcher.extend(tokens)
        except Exception:
            request.watcher = None
    if request.drafter is not None:
        try:
            request.drafter.extend(tokens)
        except Exception:
            request.drafter = None
    return looping


def draft(one: Running, limit: int, longest: int) -> int:
    """Ask the request's drafter for at most `limit` tokens; how many came."""
    request = one.request
    limit = min(limit, request.decoding.max_tokens - one.written - 1, longest - len(one.tokens) - 1)
    if request.drafter is None or limit <= 0:
        return 0
    try:
        one.drafts = request.drafter.propose(limit)
    except Exception:
        request.drafter = None
    return len(one.drafts)
