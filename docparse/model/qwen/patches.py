"""Page image to patches: uint8, in the order Qwen2.5-VL wants, with the normalisation folded into the first layer.

transformers' processor turns each page into fp32 patches that hold the image twice (two frames of a still). Both are
linear, as the patch embedding is, so they are folded into its weights: a page stays an eighth of the bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

PATCH = 14
MERGE = 2
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


def to_patches(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """(patches, (grid_h, grid_w)) of an RGB page (height, width, 3) whose sides are multiples of 28.

    `patches` is uint8 of shape (grid_h * grid_w, 588), values ordered channel, row, column; the patches of each 2 x 2
    group that becomes one visual token stand together. Raises ValueError for another shape.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ValueError(f"a page image is uint8 of shape (height, width, 3), not {pixels.dtype} {pixels.shape}")
    height, width, _ = pixels.shape
    side = PATCH * MERGE
    if height % side or width % side or not height or not width:
        raise ValueError(f"the sides of a page image are multiples of {side}, not {width} x {height}")
    split = pixels.reshape(height // side, MERGE, PATCH, width // side, MERGE, PATCH, 3)
    grid = (height // PATCH, width // PATCH)
    return np.ascontiguousarray(split.transpose(0, 3, 1, 4, 6, 2, 5)).reshape(grid[0] * grid[1], -1), grid


class FoldedPatchEmbed:
    """The vision tower's patch embedding on uint8 patches. Weights are folded, kept and applied in fp32.

    `mean` and `std` are the processor's, per channel, for pixels scaled to 0..1.
    """

    def __init__(
        self, patch_embed: Any, *, mean: tuple[float, ...] = CLIP_MEAN, std: tuple[float, ...] = CLIP_STD
    ) -> None:
        import torch

        weight = patch_embed.proj.weight.detach().double()  # (embed, channels, frames, 14, 14)
        self.dtype = patch_embed.proj.weight.dtype
        still = weight.sum(dim=2)
        centre = torch.tensor(mean, dtype=torch.float64, device=weight.device).view(1, -1, 1, 1)
        spread = torch.tensor(std, dtype=torch.float64, device=weight.device).view(1, -1, 1, 1)
        # Pixels are centred on 128 to keep the sums small.
        self.weight = (still / spread / 255).flatten(1).float()
        self.bias = (still * ((128 / 255 - centre) / spread)).flatten(1).sum(1).float()

    def __call__(self, patches: torch.Tensor) -> torch.Tensor:
        """uint8 (n, 588) on the model's device to (n, hidden) in the model's dtype."""
        import torch

        centred = patches.to(torch.float32) - 128
        return torch.nn.functional.linear(centred, self.weight, self.bias).to(self.dtype)
