from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
import torch
from random_model import EOS, Case, FaultyDrafter, drain
from test_batcher import open_batcher
from transformers import TopPLogitsWarper

from docparse.model.qwen.request import Decoding
from docparse.model.qwen.sampling import Chooser, accepted

CPU = torch.device("cpu")


def generated(model: Any, case: Case, limit: int, **options: Any) -> list[int]:
    ids = torch.tensor([case.prompt])
    out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=limit, **options)
    tokens: list[int] = out[0, len(case.prompt) :].tolist()
    return tokens[:-1] if tokens[-1] == EOS else tokens


def written(model: Any, case: Case, decoding: Decoding, *, drafts: list[int] | None = None) -> list[int]:
    batcher = open_batcher(model)
    drafter = FaultyDrafter(drafts, random.Random(1)) if drafts is not None else None
    batcher.add(case.request(decoding=decoding, drafter=drafter))
    batcher.add(case.request())  # a greedy neighbour
    first, second = sorted(drain(batcher), key=lambda answer: answer.request.decoding != decoding)
    assert list(second.tokens) == case.expected(40)
    return list(first.tokens)


@pytest.mark.parametrize("penalty", [1.05, 1.3])
def test_repetition_penalty_equals_generate(model: Any, cases: list[Case], penalty: float) -> None:
    case = cases[6]  # without an image
    wanted = generated(model, case, 40, do_sample=False, repetition_penalty=penalty)
    decoding = Decoding(max_tokens=40, repetition_penalty=penalty)
    assert written(model, case, decoding) == wanted
    assert written(model, case, decoding, drafts=wanted) == wanted


def test_the_makers_settings_are_greedy(model: Any, cases: list[Case]) -> None:
    decoding = Decoding(max_tokens=40, temperature=0.1, top_p=0.001)
    assert written(model, cases[0], decoding) == cases[0].expected(40)


def test_sampled_text_is_repeatable_and_the_same_with_drafts(model: Any, cases: list[Case]) -> None:
    decoding = Decoding(max_tokens=40, temperature=1.2, top_p=0.95, seed=7)
    plain = written(model, cases[0], decoding)
    assert plain != cases[0].expected(40)
    assert written(model, cases[0], decoding) == plain
    assert written(model, cases[0], decoding, drafts=plain) == plain
    assert written(model, cases[0], Decoding(max_tokens=40, temperature=1.2, top_p=0.95, seed=8)) != plain


def test_sampling_follows_the_distribution() -> None:
    torch.manual_seed(0)
    logits = torch.randn(1, 12) * 2
    decoding = Decoding(temperature=0.8, top_p=0.9, seed=3)
    wanted = TopPLogitsWarper(0.9)(torch.zeros(1, 1, dtype=torch.long), logits / 0.8).softmax(-1)[0]
    chooser = Chooser(decoding, [], 12, CPU)
    counts: Counter[int] = Counter()
    for _ in range(4000):
        token = chooser.choose(logits, [])[0]
        chooser.accept([token])
        counts[token] += 1
    for token, share in enumerate(wanted.tolist()):
        assert counts[token] / 4000 == pytest.approx(share, abs=0.03)
        assert share > 0 or not counts[token]


@pytest.mark.parametrize(
    ("chosen", "drafts", "count"),
    [([4], [], 1), ([4, 5, 6], [4, 5], 3), ([4, 9, 6], [4, 5], 2), ([7, 5, 6], [4, 5], 1), ([4, 5], [4, 5, 6], 2)],
)
def test_accepted(chosen: list[int], drafts: list[int], count: int) -> None:
    assert accepted(chosen, drafts) == count
