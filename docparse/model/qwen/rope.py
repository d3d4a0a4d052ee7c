"""Multimodal rope: three position indices for each token of a prompt, and the shift of what is written after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from docparse.errors import EngineUnavailable

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

_STATIC = {"default", "linear", "yarn", "llama3"}


def prompt_positions(
    prompt: Sequence[int], image_token: int, grid: tuple[int, int], merge: int = 2
) -> tuple[NDArray[np.int64], int]:
    """(positions of shape (3, len(prompt)), delta) for a prompt with at most one image of `grid` patches.

    Token i after the prompt stands at position i + delta on all three axes. Raises ValueError when the placeholders
    don't match the grid.
    """
    ids = np.asarray(prompt, dtype=np.int64)
    places = np.flatnonzero(ids == image_token)
    rows, cols = grid[0] // merge, grid[1] // merge
    if places.size != rows * cols or (places.size and places[-1] - places[0] + 1 != places.size):
        raise ValueError(f"{places.size} image placeholders for {rows * cols} visual tokens")
    if not places.size:
        return np.tile(np.arange(ids.size), (3, 1)), 0
    start, end = int(places[0]), int(places[-1]) + 1
    image = np.stack([np.zeros(rows * cols, np.int64), *(axis.ravel() for axis in np.indices((rows, cols)))]) + start
    after = np.arange(ids.size - end) + start + max(rows, cols)
    text = [np.tile(part, (3, 1)) for part in (np.arange(start), after)]
    positions = np.concatenate([text[0], image, text[1]], axis=1)
    return positions, int(positions.max()) + 1 - ids.size


class Rope:
    """Cosines and sines for flat batches, equal to transformers' `Qwen2_5_VLRotaryEmbedding`."""

    def __init__(self, rotary: Any) -> None:
        import torch

        if rotary.rope_type not in _STATIC:
            raise EngineUnavailable(
                f"rope type {rotary.rope_type!r} is not supported",
                user_action="Use a checkpoint with default or YaRN rope.",
            )
        self.scaling = float(rotary.attention_scaling)
        self.frequencies = rotary.inv_freq.detach().float()
        axes = [axis % 3 for axis, width in enumerate(rotary.mrope_section) for _ in range(width)]
        self.axes = torch.tensor(axes, device=self.frequencies.device)

    def __call__(self, positions: torch.Tensor, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
        """(cos, sin) of shape (tokens, 1, head_dim) for positions of shape (3, tokens).

        Both halves of the head turn by the same angles, in opposite directions: sin is negative in the first one.
        """
        import torch

        angles = positions.float()[self.axes].T * self.frequencies
        cos, sin = angles.cos() * self.scaling, angles.sin() * self.scaling
        both = torch.cat((cos, cos), -1), torch.cat((-sin, sin), -1)
        return both[0].to(dtype).unsqueeze(1), both[1].to(dtype).unsqueeze(1)
