"""One step of a batch: what each request feeds, which tokens are chosen, and what they mean for the request."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docparse.model.qwen.runner import Part, Running
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


def parts_of(running: Sequence[Running], budget: int) -> list[Part]:
    """What each request feeds, short parts first. Prompts beyond `budget` tokens are fed in pieces or wait."""
    parts: list[Part] = []
    for one in running:
        ids = one.tokens[one.cached :]
        if len(ids) > 1:
            if budget <= 0:
                continue
            ids = ids[:budget]
            budget -= len(ids)
        whole = one.cached + len(ids) == len(one.tokens)
        drafts = one.drafts if whole else []
        parts.append(Part(one, [*ids, *drafts], one.cached, 1 + len(drafts) if whole else 0))
    parts.sort(key=lambda part: len(part.ids))
    return parts


def choose(parts: Sequence[Part], logits: torch.Tensor) -> list[Chosen]:
    """Tokens for every part; greedy requests without a penalty in one call."""
    sums = logits.logsumexp(-1)
    best = logits.argmax(-1)
    ids: list[int] = best.tolist()
    slices, at = [], 0
    for part in parts:
        rows = slice(at, at + part.rows)
        at += part.rows
        slices.append(rows)
        one = part.running
        script = one.request.decoding.script
        if script:
            ids[rows] = script[one.written : one.written + part.rows]
        elif part.rows and not one.chooser.plain:
            ids[rows] = one.chooser.choose(logits[rows], one.drafts)
    chosen = best.new_tensor(ids)
    logprobs: list[float] = (logits.gather(1, chosen[:, None])[:, 0] - sums).tolist()
    return [Chosen(ids[rows], logprobs[rows]) for rows in slices]


def take(part: Part, chosen: Chosen, eos: frozenset[int], longest: int) -> tuple[int, FinishReason | None]:
    """Let a request have its tokens: (drafts that held, why it ends or None).

    `longest` bounds prompt and text together.
    """
    one, drafts = part.running, part.running.drafts
    one.drafts = []
    one.cached = part.start + len(part.ids)
    if not part.rows:
        return 0, None
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
