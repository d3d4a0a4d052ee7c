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
from docparse.model.qwen.device import on_device

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

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
        blocks = self.cache.pages_for(max(piece.start + piece.count for piece in pieces))
        places, starts, table, lengths = (on_device(part, self.device) for part in self._arrays(pieces, blocks))
        counts = [piece.count for piece in pieces]
        longest = max(piece.start + piece.count for piece in pieces)
        return VarlenPlan(tuple(pieces), places, (), starts, table, lengths, max(counts), longest)

    def fixed_plan(self, size: int, blocks: int) -> Plan:
        pieces = [Piece(0, 1, [self.cache.scratch])] * size
        # Tensors of their own: arrays on the CPU would be shared with the buffers.
        places, starts, table, lengths = (on_device(part, self.device).clone() for part in self._arrays(pieces, blocks))
        longest = blocks * self.cache.page_size
        return VarlenPlan(tuple(pieces), places, (), starts, table, lengths, 1, longest)

    def refill(self, plan: Plan, pieces: Sequence[Piece]) -> None:
        assert isinstance(plan, VarlenPlan)
        places, _, table, lengths = self._arrays(pieces, plan.table.shape[1])
        for target, part in ((plan.places, places), (plan.table, table), (plan.lengths, lengths)):
            target.copy_(on_device(part, self.device), non_blocking=True)

    def _arrays(self, pieces: Sequence[Piece], blocks: int) -> tuple[NDArray[Any], ...]:
        """Places of the new tokens, starts of the pieces, their pages (`blocks` each), and their lengths."""
        table = np.zeros((len(pieces), blocks), np.int32)
        lengths = np.array([piece.start + piece.count for piece in pieces], np.int32)
        for row, piece, length in zip(table, pieces, lengths, strict=True):
            used = self.cache.pages_for(int(length))
            row[:used] = piece.pages[:used]
        starts = np.fromiter(itertools.accumulate((piece.count for piece in pieces), initial=0), np.int32)
        return token_places(pieces, self.cache.page_size), starts, table, lengths

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
