"""Random Qwen2.5-VL models of a few hundred thousand parameters, and what transformers makes of the same pages."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

from docparse.model.qwen.batcher import Batcher
from docparse.model.qwen.patches import to_patches
from docparse.model.qwen.request import Answer, Decoding, Request

MOST = 40
IMAGE = 5
START, END, EOS = 6, 7, 2


def small_model(seed: int = 0, **text: Any) -> Any:
    """A random model in fp32; wide initialisation keeps its greedy texts varied."""
    values: dict[str, Any] = {
        "vocab_size": 320, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 3,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 4096,
        "initializer_range": 0.15, "eos_token_id": EOS,
        "bos_token_id": 1, "pad_token_id": 0,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 3, 3]},
    }  # fmt: skip
    vision = {
        "depth": 4, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2,
        "out_hidden_size": values["hidden_size"], "fullatt_block_indexes": [1, 3], "window_size": 112,
        "initializer_range": 0.15,
    }  # fmt: skip
    config = Qwen2_5_VLConfig(
        text_config={**values, **text}, vision_config=vision, image_token_id=IMAGE, vision_start_token_id=START,
        vision_end_token_id=END, video_token_id=8, tie_word_embeddings=False,
    )  # fmt: skip
    torch.manual_seed(seed)
    model = Qwen2_5_VLForConditionalGeneration(config).eval()
    model.generation_config.eos_token_id = EOS
    model.generation_config.pad_token_id = 0
    return model


def random_page(rng: np.random.Generator, most: int = 6) -> np.ndarray:
    height, width = (int(side) * 28 for side in rng.integers(1, most + 1, 2))
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def prompt_of(rng: np.random.Generator, grid: tuple[int, int], words: int = 6) -> list[int]:
    before = rng.integers(10, 300, int(rng.integers(1, words))).tolist()
    after = rng.integers(10, 300, int(rng.integers(1, words))).tolist()
    return [*before, START, *[IMAGE] * (grid[0] * grid[1] // 4), END, *after]


def pixel_values(pages: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """(pixel values, grids) as transformers' own image processor computes them."""
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    processor = Qwen2VLImageProcessorPil(min_pixels=28 * 28, max_pixels=12_845_056)
    found = processor(images=pages, return_tensors="pt")
    return found["pixel_values"], found["image_grid_thw"]


def reference(model: Any, prompt: list[int], page: np.ndarray | None, limit: int, **options: Any) -> list[int]:
    """Greedy tokens of transformers' `generate` for one request."""
    ids = torch.tensor([prompt])
    inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if page is not None:
        values, grid = pixel_values([page])
        inputs |= {"pixel_values": values, "image_grid_thw": grid, "mm_token_type_ids": (ids == IMAGE).int()}
    out = model.generate(**inputs, max_new_tokens=limit, do_sample=False, **options)
    tokens: list[int] = out[0, len(prompt) :].tolist()
    return tokens


@dataclass(frozen=True)
class Case:
    """A request and the greedy tokens that transformers writes for it (end-of-text not among them)."""

    prompt: list[int]
    patches: np.ndarray | None
    grid: tuple[int, int]
    tokens: list[int]
    ended: bool

    def expected(self, limit: int) -> list[int]:
        return self.tokens[:limit]

    def request(self, **options: Any) -> Request:
        limit = options.pop("limit", MOST)
        decoding = options.pop("decoding", Decoding(max_tokens=limit))
        return Request(self.prompt, self.patches, self.grid, decoding, **options)


def known_cases(model: Any, count: int, seed: int = 5) -> list[Case]:
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        if number % 7 == 6:  # a prompt without an image
            prompt = rng.integers(10, 300, 8).tolist()
            patches, grid, page = None, (0, 0), None
        else:
            page = random_page(rng)
            patches, grid = to_patches(page)
            prompt = prompt_of(rng, grid)
        tokens = reference(model, prompt, page, MOST)
        ended = bool(tokens) and tokens[-1] == EOS
        found.append(Case(prompt, patches, grid, tokens[:-1] if ended else tokens, ended))
    return found


def drain(batcher: Batcher) -> list[Answer]:
    """Step until nothing is left; fails rather than running for ever."""
    answers: list[Answer] = []
    for _ in range(5000):
        if not batcher.busy:
            return answers
        answers += batcher.step()
    raise AssertionError("the batcher does not come to an end")


class FaultyDrafter:
    """Knows the answer, but spoils some tokens of it and sometimes proposes nothing."""

    def __init__(self, tokens: list[int], rng: random.Random) -> None:
        self.tokens, self.rng, self.at = tokens, rng, 0

    def extend(self, tokens: Sequence[int]) -> None:
        self.at += len(tokens)

    def propose(self, limit: int) -> list[int]:
        if self.rng.random() < 0.3:
            return []
        found = self.tokens[self.at : self.at + self.rng.randint(1, limit)]
        return [self.rng.randint(10, 300) if self.rng.random() < 0.2 else token for token in found]
