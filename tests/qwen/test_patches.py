from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from random_model import pixel_values

from docparse.model.qwen.patches import FoldedPatchEmbed, to_patches
from docparse.model.qwen.vision import VisionTower


class PatchEmbed(torch.nn.Module):
    """The real sizes of Qwen2.5-VL's first vision layer, its weights random."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.proj = torch.nn.Conv3d(3, 64, (2, 14, 14), (2, 14, 14), bias=False)
        torch.nn.init.normal_(self.proj.weight, std=0.02)

    def exact(self, values: torch.Tensor) -> torch.Tensor:
        return values.double() @ self.proj.weight.detach().double().flatten(1).T


def written_page(width: int, height: int) -> np.ndarray:
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)
    for line in range(4, height - 12, 14):
        draw.text((6, line), "The quick brown fox jumps over the lazy dog. " * 4, fill=(line % 200, 10, 60))
    return np.asarray(page)


def difference(page: np.ndarray) -> float:
    embed = PatchEmbed()
    values, _ = pixel_values([page])
    patches, _ = to_patches(page)
    return float((FoldedPatchEmbed(embed)(torch.from_numpy(patches)).double() - embed.exact(values)).abs().max())


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 9))
def test_folded_patches_equal_the_processor(rows: int, cols: int, seed: int) -> None:
    page = np.random.default_rng(seed).integers(0, 256, (rows * 28, cols * 28, 3), dtype=np.uint8)
    assert difference(page) < 1e-5


@pytest.mark.parametrize("size", [(28, 28), (420, 588), (840, 1176)])
def test_written_pages(size: tuple[int, int]) -> None:
    assert difference(written_page(*size)) < 1e-5


def test_order_is_the_processors() -> None:
    page = written_page(140, 84)
    values, grid = pixel_values([page])
    patches, ours = to_patches(page)
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
    std = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)
    normal = (torch.from_numpy(patches).view(-1, 3, 14, 14) / 255 - mean) / std
    doubled = normal.unsqueeze(2).expand(-1, -1, 2, -1, -1).flatten(1)
    assert grid.tolist() == [[1, *ours]]
    assert torch.allclose(doubled, values, atol=1e-5)
    assert patches.dtype == np.uint8


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((28, 30, 3), np.uint8),
        np.zeros((28, 28), np.uint8),
        np.zeros((0, 28, 3), np.uint8),
        np.zeros((28, 28, 3)),
    ],
)
def test_other_shapes_are_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="page image"):
        to_patches(pixels)


def test_folding_follows_the_checkpoints_normalisation(model: Any) -> None:
    page = written_page(84, 84)
    patches = torch.from_numpy(to_patches(page)[0])
    plain = VisionTower(model.model.visual, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)).embed(patches)
    doubled = (patches.view(-1, 3, 1, 14, 14) / 255).expand(-1, -1, 2, -1, -1).flatten(1)
    assert torch.allclose(plain, model.model.visual.patch_embed(doubled), atol=1e-4)
