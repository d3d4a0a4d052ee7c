"""Attention on CUDA by `torch.nn.attention.varlen`: every request of a step in one call, straight from the pages.

Used only where the start-up self-test on this machine found it equal to the reference.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from docparse.model.qwen.attention import Piece, Plan, token_places

if TYPE_CHECKING:
    import torch

    from docparse.model.qwen.cache import PagedCache

PAGE_SIZE = 256  # flash-attention 2 wants pages of multiples of 256 tokens (flash-attention #1627)


@dataclass(frozen=True, slots=True)
class VarlenPlan(Plan):
    """The plan with what the kernel reads: starts of the pieces, their pages, and how many tokens each has."""

    starts: torch.Tensor
    table: torch.Tensor
    lengths: torch.Tensor
    most_new: int
    most_seen: int


class VarlenKernel:
    """Raises ImportError where torch has no varlen attention.

    Keys are not split: the result does not depend on who else is in the batch, and splits over pages were once wrong
    (flash-attention #1217).
    """

    name = "varlen"

    def __init__(self, cache: PagedCache, *, device: torch.device) -> None:
        from torch.nn.attention.varlen import varlen_attn

        self.cache = cache
        self.device = device
        self._attend: Any = varlen_attn

    def plan(self, pieces: Sequence[Piece]) -> Plan:
        import torch

        page_size = self.cache.page_size
        lengths = [piece.start + piece.count for piece in pieces]
        table = np.zeros((len(pieces), self.cache.pages_for(max(lengths))), np.int32)
        for row, piece, length in zip(table, pieces, lengths, strict=True):
            used = self.cache.pages_for(length)
            row[:used] = piece.pages[:used]
        counts = [piece.count for piece in pieces]
        starts = np.fromiter(itertools.accumulate(counts, initial=0), np.int32)
        return VarlenPlan(
            tuple(pieces),
            torch.from_numpy(token_places(pieces, page_size)).to(self.device),
            (),
            torch.from_numpy(starts).to(self.device),
            torch.from_numpy(table).to(self.device),
            torch.tensor(lengths, dtype=torch.int32, device=self.device),
            max(counts),
            max(lengths),
        )

    def __call__(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, plan: Plan
    ) -> torch.Tensor:
        assert isinstance(plan, VarlenPlan)
        self.cache.write(layer, plan.places, key, value)
        found: torch.Tensor = self._attend(
            query.contiguous(), self.cache.keys[layer], self.cache.values[layer], plan.starts, None,
            plan.most_new, plan.most_seen, window_size=(-1, 0), enable_gqa=True, seqused_k=plan.lengths,
            block_table=plan.table, num_splits=1,
        )  # fmt: skip
        return found
