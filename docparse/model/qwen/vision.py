"""The vision tower over several pages at once: windows of equal size share one attention call.

transformers calls attention once for each window (thousands of calls for a page). Here the windows of one size are
one batch; which rows belong together depends on the grid alone and is cached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from docparse.model.qwen.patches import CLIP_MEAN, CLIP_STD, FoldedPatchEmbed

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

Grid = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PageGeometry:
    """Orders of one grid: `window_index` in merged units, sizes of its windows in patches, patch rows and columns."""

    window_index: NDArray[np.int64]
    window_sizes: NDArray[np.int64]
    positions: NDArray[np.int64]


@lru_cache(maxsize=256)
def page_geometry(grid: Grid, merge: int, window: int) -> PageGeometry:
    """Geometry of one page of `grid` (patch rows, patch columns) for windows of `window` merged units a side."""
    rows, cols = grid[0] // merge, grid[1] // merge
    row, col = np.indices((rows, cols))
    across = -(-cols // window)
    number = ((row // window) * across + col // window).ravel()
    order = np.argsort(number, kind="stable")
    sizes = np.bincount(number) * merge * merge
    y, x = np.indices(grid)
    blocks = (rows, merge, cols, merge)
    places = np.stack([axis.reshape(blocks).swapaxes(1, 2).ravel() for axis in (y, x)], axis=1)
    return PageGeometry(order, sizes, places)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the patches of one call fall into attention calls: `groups` of (rows, pieces, size), sizes equal in a group.

    `rows` is None where the group is the whole sequence in its order; `back` undoes the groups' concatenation.
    """

    groups: tuple[tuple[torch.Tensor | None, int, int], ...]
    back: torch.Tensor | None


class VisionTower:
    """Runs transformers' `Qwen2_5_VisionTransformerPretrainedModel` weights. Inference only, one thread at a time."""

    def __init__(self, visual: Any, mean: tuple[float, ...] = CLIP_MEAN, std: tuple[float, ...] = CLIP_STD) -> None:
        self.visual = visual
        self.merge = int(visual.spatial_merge_size)
        self.unit = self.merge * self.merge
        self.window = int(visual.window_size) // self.merge // int(visual.patch_size)
        self.full = frozenset(visual.fullatt_block_indexes)
        self.embed = FoldedPatchEmbed(visual.patch_embed, mean=mean, std=std)
        self._cached: dict[tuple[Grid, ...], _Call] = {}

    def __call__(self, patches: torch.Tensor, grids: Sequence[Grid]) -> list[torch.Tensor]:
        """Visual tokens of each page, (grid_h * grid_w / 4, hidden of the decoder).

        `patches` are the pages' uint8 patches one after the other.
        """
        return self.from_hidden(self.embed(patches), grids)

    def from_hidden(self, hidden: torch.Tensor, grids: Sequence[Grid]) -> list[torch.Tensor]:
        """The tower after its patch embedding."""
        import torch

        with torch.inference_mode():
            call = self._call(tuple(grids), hidden.device)
            length = hidden.shape[0]
            hidden = hidden.view(length // self.unit, self.unit, -1)[call.order].view(length, -1)
            for number, block in enumerate(self.visual.blocks):
                layout = call.pages if number in self.full else call.windows
                hidden = hidden + self._attend(block.attn, block.norm1(hidden), layout, call)
                hidden = hidden + block.mlp(block.norm2(hidden))
            merged = self.visual.merger(hidden)[call.reverse]
            return list(merged.split([rows * cols // self.unit for rows, cols in grids]))

    def _attend(self, attention: Any, hidden: torch.Tensor, layout: _Layout, call: _Call) -> torch.Tensor:
        import torch

        length, heads = hidden.shape[0], attention.num_heads
        query, key, value = attention.qkv(hidden).reshape(length, 3, heads, -1).permute(1, 0, 2, 3).unbind(0)
        query, key = _rotate(query, call.cos, call.sin), _rotate(key, call.cos, call.sin)
        parts = []
        for rows, pieces, size in layout.groups:
            q, k, v = (
                (part if rows is None else part[rows]).view(pieces, size, heads, -1).transpose(1, 2)
                for part in (query, key, value)
            )
            out = torch.nn.functional.scaled_dot_product_attention(q, k, v, scale=attention.scaling)
            parts.append(out.transpose(1, 2).reshape(pieces * size, -1))
        joined = parts[0] if len(parts) == 1 else torch.cat(parts)
        result: torch.Tensor = attention.proj(joined if layout.back is None else joined[layout.back])
        return result

    def _call(self, grids: tuple[Grid, ...], device: torch.device) -> _Call:
        call = self._cached.get(grids)
        if call is None:
            if len(self._cached) >= 64:
                self._cached.clear()
            call = self._cached[grids] = self._prepare(grids, device)
        return call

    def _prepare(self, grids: tuple[Grid, ...], device: torch.device) -> _Call:
        import torch

        pages = [page_geometry(grid, self.merge, self.window) for grid in grids]
        starts = np.cumsum([0, *(page.window_index.size for page in pages)])
        order = np.concatenate([page.window_index + start for page, start in zip(pages, starts, strict=False)])
        positions = torch.from_numpy(np.concatenate([page.positions for page in pages])).to(device)
        hidden = torch.empty(0, device=device)
        cos, sin = self.visual.rotary_pos_emb(hidden, positions)
        turn = torch.from_numpy(order).to(device)
        cos, sin = (
            part.view(order.size, self.unit, -1)[turn].view(order.size * self.unit, 1, -1) for part in (cos, sin)
        )
        windows = np.concatenate([page.window_sizes for page in pages])
        return _Call(
            order=turn,
            reverse=torch.argsort(turn),
            cos=cos.float(),
            sin=sin.float(),
            pages=_layout(np.array([rows * cols for rows, cols in grids]), device),
            windows=_layout(windows, device),
        )


@dataclass(frozen=True, slots=True)
class _Call:
    """Everything about a call that depends on the grids alone."""

    order: torch.Tensor
    reverse: torch.Tensor
    cos: torch.Tensor
    sin: torch.Tensor
    pages: _Layout
    windows: _Layout


def _layout(sizes: NDArray[np.int64], device: torch.device) -> _Layout:
    """Group the consecutive pieces of these sizes by size."""
    import torch

    kinds = np.unique(sizes)
    if kinds.size == 1:
        return _Layout(((None, len(sizes), int(kinds[0])),), None)
    starts = np.cumsum(sizes) - sizes
    groups, rows = [], []
    for size in kinds:
        chosen = starts[sizes == size]
        rows.append((chosen[:, None] + np.arange(size)).ravel())
        groups.append((torch.from_numpy(rows[-1]).to(device), len(chosen), int(size)))
    back = np.argsort(np.concatenate(rows), kind="stable")
    return _Layout(tuple(groups), torch.from_numpy(back).to(device))


def _rotate(states: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rope in fp32 whatever the model's dtype, as transformers does."""
    import torch

    wide = states.float()
    half = wide.shape[-1] // 2
    turned = torch.cat((-wide[..., half:], wide[..., :half]), dim=-1)
    return (wide * cos + turned * sin).to(states.dtype)
