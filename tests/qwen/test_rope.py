from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from random_model import IMAGE, prompt_of

from docparse.errors import EngineUnavailable
from docparse.model.qwen.rope import Rope, prompt_positions


@pytest.mark.parametrize("seed", range(8))
def test_positions_and_delta_equal_transformers(model: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = (int(rng.integers(1, 9)) * 2, int(rng.integers(1, 9)) * 2)
    prompt = prompt_of(rng, grid)
    ids = torch.tensor([prompt])
    wanted, delta = model.model.get_rope_index(ids, (ids == IMAGE).int(), image_grid_thw=torch.tensor([[1, *grid]]))
    positions, ours = prompt_positions(prompt, IMAGE, grid)
    assert np.array_equal(positions, wanted[:, 0].numpy())
    assert ours == delta.item()


def test_cosines_are_bit_equal(model: Any) -> None:
    rotary = model.model.language_model.rotary_emb
    positions = torch.randint(0, 3000, (3, 50))
    wanted_cos, wanted_sin = rotary(torch.empty(0), positions.unsqueeze(1))
    cos, sin = Rope(rotary)(positions, torch.float32)
    half = cos.shape[-1] // 2
    assert torch.equal(cos[:, 0], wanted_cos[0])
    assert torch.equal(sin[:, 0, half:], wanted_sin[0, :, half:])
    assert torch.equal(sin[:, 0, :half], -wanted_sin[0, :, :half])


def test_placeholders_must_match_the_grid() -> None:
    with pytest.raises(ValueError, match="3 image placeholders for 4"):
        prompt_positions([1, IMAGE, IMAGE, IMAGE, 2], IMAGE, (4, 4))
    with pytest.raises(ValueError, match="placeholders"):
        prompt_positions([IMAGE, 1, IMAGE], IMAGE, (2, 4))


def test_a_kind_of_rope_that_changes_with_length_is_refused(model: Any) -> None:
    class Dynamic:
        rope_type = "dynamic"

    with pytest.raises(EngineUnavailable, match="rope type 'dynamic'"):
        Rope(Dynamic())
