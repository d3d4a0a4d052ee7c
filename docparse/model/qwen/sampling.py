"""Choosing tokens: greedy in one call for the whole batch, everything else row by row on its own random numbers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from docparse.model.qwen.request import Decoding

if TYPE_CHECKING:
    import torch


class Chooser:
    """The decoding state of one request: tokens seen (for the penalty) and one uniform number for each token written.

    Token n is drawn with the n-th number, whether it was drafted or not: drafts don't change a sampled text.
    """

    def __init__(self, decoding: Decoding, prompt: Sequence[int], vocabulary: int, device: torch.device) -> None:
        import torch

        self.decoding = decoding
        greedy = decoding.temperature <= 0 and decoding.repetition_penalty == 1.0
        self.plain = greedy and not decoding.script  # the largest logit decides
        self._random = random.Random(decoding.seed)
        self._numbers: list[float] = []
        self.seen: torch.Tensor | None = None
        if decoding.repetition_penalty != 1.0:
            self.seen = torch.zeros(vocabulary, dtype=torch.bool, device=device)
            self.seen[torch.as_tensor(list(prompt), device=device)] = True

    def accept(self, tokens: Sequence[int]) -> None:
        """These tokens were written; their random numbers are spent."""
        if self.seen is not None and tokens:
            self.seen[list(tokens)] = True
        del self._numbers[: len(tokens)]

    def choose(self, logits: torch.Tensor, drafts: Sequence[int]) -> list[int]:
        """One token for each row of `logits` (1 + drafts, vocabulary), row n seeing the first n drafts."""
        rows = logits
        if self.seen is not None:
            rows = self._penalised(rows, drafts)
        if self.decoding.temperature <= 0:
            chosen: list[int] = rows.argmax(-1).tolist()
            return chosen
        return self._sampled(rows / self.decoding.temperature)

    def _penalised(self, rows: torch.Tensor, drafts: Sequence[int]) -> torch.Tensor:
        import torch

        assert self.seen is not None
        seen = self.seen.repeat(len(rows), 1)
        for number, token in enumerate(drafts[: len(rows) - 1]):
            seen[number + 1 :, token] = True
        penalty = self.decoding.repetition_penalty
        return torch.where(seen, torch.where(rows < 0, rows * penalty, rows / penalty), rows)

    def _sampled(self, rows: torch.Tensor) -> list[int]:
        """Inverse transform sampling over the smallest set of tokens that holds `top_p`."""
        while len(self._numbers) < len(rows):
            self._numbers.append(self._random.random())
        top_p = self.decoding.top_p
        best, first = rows.softmax(-1).max(-1)
        chosen: list[int] = first.tolist()
        for number, share in enumerate(best.tolist()):
            if share >= top_p:
                continue  # the set is one token
            shares, order = rows[number].softmax(-1).sort(descending=True)
            sums = shares.cumsum(-1)
            kept = int((sums - shares < top_p).sum())
            aim = self._numbers[number] * float(sums[kept - 1])
            place = int((sums[:kept] <= aim).sum())
            chosen[number] = int(order[min(place, kept - 1)])
        return chosen


def accepted(chosen: Sequence[int], drafts: Sequence[int]) -> int:
    """How many of `chosen` stand: each as long as the drafts before it were what would have been chosen."""
    count = 1
    for draft, token in zip(drafts, chosen, strict=False):
        if draft != token:
            break
        count += 1
    return min(count, len(chosen))
