from __future__ import annotations

from typing import Any

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_model import pixel_values, random_page

from docparse.model.qwen.patches import to_patches
from docparse.model.qwen.vision import VisionTower, page_geometry

GRIDS = st.lists(st.tuples(st.integers(1, 13), st.integers(1, 13)), min_size=1, max_size=4)


def pages_of(sizes: list[tuple[int, int]]) -> list[np.ndarray]:
    rng = np.random.default_rng(len(sizes))
    return [rng.integers(0, 256, (rows * 28, cols * 28, 3), dtype=np.uint8) for rows, cols in sizes]


@settings(max_examples=20, deadline=None)
@given(sizes=GRIDS)
def test_bit_equal_to_transformers(model: Any, sizes: list[tuple[int, int]]) -> None:
    values, grids = pixel_values(pages_of(sizes))
    tower = VisionTower(model.model.visual)
    with torch.inference_mode():
        wanted = model.model.visual(values, grids).pooler_output
        hidden = model.model.visual.patch_embed(values)
    found = tower.from_hidden(hidden, [(rows * 2, cols * 2) for rows, cols in sizes])
    assert [len(part) for part in found] == [rows * cols for rows, cols in sizes]
    assert torch.equal(torch.cat(found), wanted)


def test_pages_in_one_call_don_t_see_one_another(model: Any) -> None:
    rng = np.random.default_rng(3)
    pairs = [to_patches(random_page(rng, 9)) for _ in range(3)]
    tower = VisionTower(model.model.visual)
    together = tower(torch.from_numpy(np.concatenate([patches for patches, _ in pairs])), [grid for _, grid in pairs])
    for (patches, grid), part in zip(pairs, together, strict=True):
        assert torch.allclose(tower(torch.from_numpy(patches), [grid])[0], part, atol=2e-4)


def test_geometry_is_cached_and_calls_are_few(model: Any, monkeypatch: Any) -> None:
    tower = VisionTower(model.model.visual)
    patches, grid = to_patches(pages_of([(11, 10)])[0])
    tower(torch.from_numpy(patches), [grid])
    before = page_geometry.cache_info().misses
    calls = []
    attend = torch.nn.functional.scaled_dot_product_attention
    monkeypatch.setattr(
        torch.nn.functional, "scaled_dot_product_attention", lambda *a, **k: calls.append(1) or attend(*a, **k)
    )
    tower(torch.from_numpy(patches), [grid])
    assert page_geometry.cache_info().misses == before
    assert len(calls) <= 2 + 2 * 4  # two full layers, four sizes of windows in the two others
