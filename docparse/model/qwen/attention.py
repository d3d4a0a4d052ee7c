"""Attention over the paged cache behind one small interface, and the reference version that every other is held to.

A batch is flat: the new tokens of all requests one after the other. Consecutive requests with equally many new tokens
form a `Group` and share one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from docparse.model.qwen.device import on_device

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from docparse.model.qwen.cache import PagedCache

GROUPED_MOST = 32  # longer pieces get a call of their own


@dataclass(frozen=True, slots=True)
class Piece:
    """The new tokens of one request: `start` are cached already, `count` come now, all live in `pages`."""

    start: int
    count: int
    pages: Sequence[int]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows `first`..`last` of the batch: `size` pieces of `count` tokens each.

    `table` lists the pages of all pieces, `blocks` for each (padded with page 0); `mask` is added to the scores:
    (size, 1, count, blocks * page_size). A prompt that starts here has neither: it sees itself only.
    """

    first: int
    last: int
    size: int
    count: int
    blocks: int = 0
    table: torch.Tensor | None = None
    mask: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One step of the model: where the keys and values of each new token go, and who attends to what."""

    pieces: tuple[Piece, ...]
    places: torch.Tensor
    groups: tuple[Group, ...]


class Kernel(Protocol):
    """Writes the new keys and values to the cache and attends. Shapes: (tokens, heads, head size) in and out."""

    name: str

    def plan(self, pieces: Sequence[Piece]) -> Plan: ...

    def fixed_plan(self, size: int, blocks: int) -> Plan:
        """A plan of `size` pieces with one new token each and at most `blocks` pages, in tensors that stay where they
        are: what a CUDA graph reads. `refill` writes a step into them."""
        ...

    def refill(self, plan: Plan, pieces: Sequence[Piece]) -> None: ...

    def __call__(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, plan: Plan
    ) -> torch.Tensor: ...


class GatherKernel:
    """The reference: gathers the pages of each group and calls torch's attention. Runs everywhere."""

    name = "gather"

    def __init__(self, cache: PagedCache, *, dtype: torch.dtype, device: torch.device) -> None:
        self.cache = cache
        self.dtype = dtype
        self.device = device

    def plan(self, pieces: Sequence[Piece]) -> Plan:

        groups, at, first = [], 0, 0
        while at < len(pieces):
            until = at + 1
            count = pieces[at].count
            if count <= GROUPED_MOST:
                while until < len(pieces) and pieces[until].count == count:
                    until += 1
            members = pieces[at:until]
            groups.append(self._group(first, members))
            first += count * len(members)
            at = until
        places = on_device(token_places(pieces, self.cache.page_size), self.device)
        return Plan(tuple(pieces), places, tuple(groups))

    def fixed_plan(self, size: int, blocks: int) -> Plan:
        import torch

        pieces = [Piece(0, 1, [self.cache.scratch])] * size
        table = torch.zeros(size * blocks, dtype=torch.int64, device=self.device)
        mask = torch.zeros((size, 1, 1, blocks * self.cache.page_size), dtype=self.dtype, device=self.device)
        plan = Plan(
            tuple(pieces), torch.zeros(size, dtype=torch.int64, device=self.device),
            (Group(0, size, size, 1, blocks, table, mask),),
        )  # fmt: skip
        self.refill(plan, pieces)
        return plan

    def refill(self, plan: Plan, pieces: Sequence[Piece]) -> None:
        group = plan.groups[0]
        assert group.table is not None
        assert group.mask is not None
        table, mask = self._table(pieces, 1, group.blocks)
        plan.places.copy_(on_device(token_places(pieces, self.cache.page_size), self.device), non_blocking=True)
        group.table.copy_(on_device(table, self.device), non_blocking=True)
        group.mask.copy_(on_device(mask, self.device), non_blocking=True)

    def _group(self, first: int, members: Sequence[Piece]) -> Group:
        size, count = len(members), members[0].count
        last = first + size * count
        if size == 1 and members[0].start == 0 and count > 1:
            return Group(first, last, size, count)
        blocks = self.cache.pages_for(max(piece.start for piece in members) + count)
        table, mask = self._table(members, count, blocks)
        masks = on_device(mask, self.device).to(self.dtype)
        return Group(first, last, size, count, blocks, on_device(table, self.device), masks)

    def _table(
        self, members: Sequence[Piece], count: int, blocks: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Pages of the pieces, flat, and what is added to the scores of keys that a token must not see."""
        page_size = self.cache.page_size
        table = np.zeros((len(members), blocks), np.int64)
        for row, piece in zip(table, members, strict=True):
            used = self.cache.pages_for(piece.start + count)
            row[:used] = piece.pages[:used]
        starts = np.array([piece.start for piece in members])
        unseen = np.arange(blocks * page_size) > (starts[:, None] + np.arange(count))[..., None]
        return table.ravel(), np.where(unseen, np.float32("-inf"), np.float32(0))[:, None]

    def __call__(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, plan: Plan
    ) -> torch.Tensor:
        import torch

        self.cache.write(layer, plan.places, key, value)
        parts = [self._attend(layer, query, key, value, group) for group in plan.groups]
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def _attend(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, group: Group
    ) -> torch.Tensor:
        from torch.nn.functional import scaled_dot_product_attention as attend

        rows = slice(group.first, group.last)
        _, heads, width = query.shape
        shared = key.shape[1]
        ratio = heads // shared
        if group.table is None:
            q, k, v = (part[rows].transpose(0, 1).unsqueeze(0) for part in (query, key, value))
            return attend(q, k, v, is_causal=True, enable_gqa=ratio > 1)[0].transpose(0, 1)
        size, count = group.size, group.count
        k, v = (
            pool[layer].index_select(0, group.table).view(size, -1, shared, width).transpose(1, 2)
            for pool in (self.cache.keys, self.cache.values)
        )
        q = query[rows].view(size, count, shared, ratio, width)
        if count > GROUPED_MOST:
            q = q.permute(0, 2, 3, 1, 4).reshape(size, heads, count, width)
            k, v = (part.repeat_interleave(ratio, 1) for part in (k, v))
            return attend(q, k, v, attn_mask=group.mask).transpose(1, 2).reshape(size * count, heads, width)
        # Query heads that share a key head become rows of one matrix, so that keys are not copied for each.
        q = q.permute(0, 2, 3, 1, 4).reshape(size, shared, ratio * count, width)
        assert group.mask is not None
        mask = group.mask if count == 1 else group.mask.repeat(1, 1, ratio, 1)
        out = attend(q, k, v, attn_mask=mask).view(size, shared, ratio, count, width)
        return out.permute(0, 3, 1, 2, 4).reshape(size * count, heads, width)


def token_places(pieces: Sequence[Piece], page_size: int) -> NDArray[np.int64]:
    """Where the new tokens go: page * page_size + offset, flat."""
    found = np.empty(sum(piece.count for piece in pieces), np.int64)
    at = 0
    for piece in pieces:
        if piece.count == 1:
            found[at] = piece.pages[piece.start // page_size] * page_size + piece.start % page_size
            at += 1
            continue
        index = np.arange(piece.start, piece.start + piece.count)
        pages = np.asarray(piece.pages, dtype=np.int64)
        found[at : at + piece.count] = pages[index // page_size] * page_size + index % page_size
        at += piece.count
    return found
