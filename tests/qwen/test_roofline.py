"""The cost of a page against figures worked out apart from this code, for the real shapes."""

from __future__ import annotations

import numpy as np
import pytest
import transformers

from docparse.bench.engine_roofline import work_of
from docparse.bench.engine_work import SHAPES, Item


def config_of(shape: str) -> transformers.Qwen2_5_VLConfig:
    text, vision = SHAPES[shape]
    return transformers.Qwen2_5_VLConfig(
        text_config=text, vision_config={**vision, "out_hidden_size": text["hidden_size"], "window_size": 112}
    )


def pages(count: int) -> list[Item]:
    """2,000 visual and 50 text tokens in, 1,200 out."""
    pixels = np.zeros((40 * 28, 50 * 28, 3), np.uint8)
    return [Item(pixels, [0] * 2050, 1200) for _ in range(count)]


@pytest.mark.parametrize(("shape", "vision", "prompt"), [("3b", 11.6e12, 12.0e12), ("7b", 11.6e12, 27.6e12)])
def test_operations_of_a_page(shape: str, vision: float, prompt: float) -> None:
    found = work_of(config_of(shape), pages(1), 1, 1)
    assert found.vision_flop == pytest.approx(vision, rel=0.06)
    assert found.prompt_flop == pytest.approx(prompt, rel=0.06)


@pytest.mark.parametrize(("shape", "weights", "cache"), [("3b", 6.17e9, 0.098e9), ("7b", 14.1e9, 0.152e9)])
def test_bytes_of_a_step(shape: str, weights: float, cache: float) -> None:
    one, many = (work_of(config_of(shape), pages(64), slots, 1).decode_bytes for slots in (1, 64))
    assert (many - one) / 63 == pytest.approx(cache, rel=0.06)
    assert one == pytest.approx(weights + cache, rel=0.03)
