"""The engine as the pipeline sees it: pages in from any thread, futures out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from random_model import pixel_values

from docparse.errors import EngineError, PageTimeout
from docparse.model.base import Deadline
from docparse.model.qwen.engine import QwenEngine, Recipe
from docparse.model.qwen.load import Checkpoint, load
from docparse.model.qwen.opening import open_qwen
from docparse.model.qwen.request import Decoding
from docparse.options import ParseOptions
from docparse.schemas.page import FinishReason, PageImage, PageOutput, PixelBudget, TextLayer, TextQuality, Word


@pytest.fixture(scope="module")
def checkpoint(folder: Path) -> Checkpoint:
    return load(str(folder), device="cpu")


@pytest.fixture
def engine(checkpoint: Checkpoint) -> Iterator[QwenEngine]:
    engine = QwenEngine(checkpoint, Recipe(decoding=Decoding(max_tokens=30)), slots=3)
    yield engine
    engine.close()


def page(number: int, words: str = "") -> PageImage:
    rng = np.random.default_rng(number)
    rows, cols = (int(side) for side in rng.integers(2, 6, 2))
    pixels = rng.integers(0, 256, (rows * 28, cols * 28, 3), dtype=np.uint8)
    layer = TextLayer(tuple(Word(word, (0, 0, 1, 1)) for word in words.split()), TextQuality.SOUND)
    return PageImage(
        number=number, width_px=cols * 28, height_px=rows * 28, width=cols * 28.0, height=rows * 28.0, pixels=pixels,
        text=layer if words else TextLayer(),
    )  # fmt: skip


def expected(checkpoint: Checkpoint, image: PageImage, limit: int) -> str:
    """What transformers writes for the page, with a prompt put together from text."""
    assert image.pixels is not None
    tokens = image.width_px * image.height_px // 784
    text = (
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<|vision_start|>"
        + "<|image_pad|>" * tokens
        + "<|vision_end|>QwenVL HTML <|im_end|>\n<|im_start|>assistant\n"
    )
    tokenizer, model = checkpoint.tokenizer, checkpoint.model
    ids = torch.tensor([tokenizer.encode(text, add_special_tokens=False)])
    values, grid = pixel_values([image.pixels])
    out = model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=values, image_grid_thw=grid,
        mm_token_type_ids=(ids == model.config.image_token_id).int(), max_new_tokens=limit, do_sample=False,
    )  # fmt: skip
    found: str = tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)
    return found


def test_pages_of_several_threads_equal_generate(engine: QwenEngine, checkpoint: Checkpoint) -> None:
    futures: dict[int, Future[PageOutput]] = {}
    words = "the dog and the fox of the company"

    def submit(numbers: range) -> None:
        for number in numbers:
            futures[number] = engine.submit(page(number, words if number % 2 else ""), deadline=Deadline.after(60))

    threads = [threading.Thread(target=submit, args=(range(start, 9, 3),)) for start in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, future in futures.items():
        output = future.result(60)
        assert output.html == expected(checkpoint, page(number), 30)
        assert output.engine == "qwen"
        assert output.model == checkpoint.name
        assert len(output.token_logprobs) == len(output.token_offsets) == output.tokens
        assert output.seconds > 0
        assert ("token_limit" in output.flags) == (output.finish_reason is FinishReason.LENGTH)


def test_cancelling_the_future_frees_its_slot(checkpoint: Checkpoint) -> None:
    engine = QwenEngine(checkpoint, Recipe(decoding=Decoding(max_tokens=4000, ignore_eos=True)), slots=1)
    endless = engine.submit(page(1), deadline=Deadline())
    while not engine.batcher.running:
        time.sleep(0.005)
    assert endless.cancel()
    short = engine.submit(page(2), deadline=Deadline.after(0.2))
    with pytest.raises(PageTimeout):
        short.result(30)
    with pytest.raises(CancelledError):
        endless.result()
    engine.close()
    cache = engine.batcher.runner.cache
    assert cache.allocator.free == cache.allocator.count


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (page(1).replace(pixels=None), "no pixels"),
        (page(1).replace(pixels=np.zeros((30, 28, 3), np.uint8)), "multiples of 28"),
        (page(1).replace(width_px=28 * 500, height_px=28 * 500), "above the budget"),
    ],
)
def test_pages_that_can_t_be_done_fail_alone(engine: QwenEngine, image: PageImage, why: str) -> None:
    good = engine.submit(page(3), deadline=Deadline())
    with pytest.raises(EngineError, match=why) as caught:
        engine.submit(image, deadline=Deadline()).result(10)
    assert caught.value.page == 1
    assert good.result(30).html


def test_a_bug_in_the_batcher_leaves_no_future_open(engine: QwenEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    step, calls = engine.batcher.step, []

    def once(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyError("bug")
        return step()

    monkeypatch.setattr(engine.batcher, "step", once)
    with pytest.raises(EngineError, match="KeyError"):
        engine.submit(page(1), deadline=Deadline()).result(30)
    assert engine.submit(page(2), deadline=Deadline()).result(30).tokens


def test_closing_finishes_what_was_submitted(checkpoint: Checkpoint) -> None:
    engine = QwenEngine(checkpoint, Recipe(decoding=Decoding(max_tokens=12)), slots=2)
    futures = [engine.submit(page(number), deadline=Deadline()) for number in range(4)]
    engine.close()
    assert all(future.done() and future.result().html is not None for future in futures)
    with pytest.raises(EngineError, match="closed"):
        engine.submit(page(1), deadline=Deadline()).result(1)
    engine.close()


def test_a_loop_is_cut_back(checkpoint: Checkpoint) -> None:
    engine = QwenEngine(checkpoint, slots=1)
    encode = engine.vocabulary.encode
    html = '<html><body>\n<p data-bbox="1 2 3 4">the dog</p>\n'
    block = "".join(f'<p data-bbox="1 {20 * n} 30 {20 * n + 15}">the annual report</p>\n' for n in range(400))
    engine.recipe = Recipe(decoding=Decoding(max_tokens=6000, script=tuple(encode(html + block))))
    output = engine.submit(page(1), deadline=Deadline.after(60)).result(60)
    engine.close()
    assert output.finish_reason is FinishReason.REPETITION
    assert output.flags == ("repetition",)
    assert output.html.count("the annual report") == 1
    assert output.html.endswith("</p></body></html>")
    assert output.tokens < 1500
    assert len(output.token_logprobs) == len(output.token_offsets)
    assert max(output.token_offsets) < len(output.html)


def test_text_before_the_image(checkpoint: Checkpoint) -> None:
    engine = QwenEngine(checkpoint, Recipe(image_first=False, system="", decoding=Decoding(max_tokens=4)), slots=1)
    future = engine.submit(page(1), deadline=Deadline())
    assert future.result(30).tokens <= 4
    text = checkpoint.tokenizer.decode(engine._before)
    assert text == "<|im_start|>user\nQwenVL HTML <|vision_start|>"
    engine.close()


class Reader:
    """Another engine: reads a page as the HTML it was given, or fails."""

    name, budget = "reader", PixelBudget()

    def __init__(self, html: str | None) -> None:
        self.html, self.pages, self.closed = html, [], False  # type: ignore[var-annotated]

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        self.pages.append(page.number)
        future: Future[PageOutput] = Future()
        if self.html is None:
            future.set_exception(EngineError("unreadable"))
        else:
            future.set_result(PageOutput(html=self.html, engine=self.name))
        return future

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("readable", [True, False])
def test_drafts_of_a_page_without_text_come_from_another_engine(checkpoint: Checkpoint, readable: bool) -> None:
    wanted = expected(checkpoint, page(2), 30)
    reader = Reader(f"<p>{wanted}</p>" if readable else None)
    engine = QwenEngine(checkpoint, Recipe(decoding=Decoding(max_tokens=30)), slots=1, reader=reader)
    output = engine.submit(page(2), deadline=Deadline()).result(30)
    assert engine.submit(page(3, "the dog"), deadline=Deadline()).result(30).tokens
    engine.close()
    assert output.html == wanted
    assert reader.pages == [2]
    assert reader.closed


@pytest.mark.parametrize("readable", [True, False])
def test_the_other_engines_text_is_used(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, readable: bool
) -> None:
    html = (
        '<html><body>\n<p data-bbox="1 2 3 4">the dog and the fox of the annual report of the company</p></body></html>'
    )
    engine = QwenEngine(checkpoint, slots=1, reader=Reader(html if readable else None))
    monkeypatch.setattr(engine.batcher.gate, "limit", lambda running, drafting: 16 if drafting else 0)
    script = tuple(engine.vocabulary.encode(html))
    engine.recipe = Recipe(decoding=Decoding(max_tokens=len(script), script=script))
    assert engine.submit(page(2), deadline=Deadline()).result(30).html == html
    engine.close()
    counters = engine.batcher.counters
    assert (counters.drafts_accepted > len(script) / 3) if readable else (counters.drafted == 0)


@pytest.mark.parametrize(
    ("parameters", "ocr", "opened"),
    [(3_000_000_000, "auto", True), (3_000_000_000, "never", False), (9, "auto", False)],
)
def test_the_embedded_engine_drafts_for_models_that_are_slower(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, parameters: int, ocr: Any, opened: bool
) -> None:
    monkeypatch.setattr("docparse.model.qwen.opening.load", lambda name, revision: checkpoint)
    monkeypatch.setattr("docparse.model.qwen.opening.find_folder", lambda name, revision: Path("nowhere"))
    monkeypatch.setattr(checkpoint.model, "num_parameters", lambda: parameters, raising=False)
    engine, _ = open_qwen(ParseOptions(engine="qwen", ocr=ocr))
    try:
        assert (engine._reader.name if engine._reader else None) == ("embedded" if opened else None)
    finally:
        engine.close()


def test_real_repeats_of_the_text_layer_are_not_cut(checkpoint: Checkpoint) -> None:
    engine = QwenEngine(checkpoint, slots=1)
    rows = "<tr><td>the dog</td><td>the fox</td></tr>" * 60
    html = f'<html><body>\n<table data-bbox="1 2 3 4">{rows}</table></body></html>'
    script = tuple(engine.vocabulary.encode(html))
    engine.recipe = Recipe(decoding=Decoding(max_tokens=len(script), script=script))
    real = engine.submit(page(1, "the dog the fox " * 60), deadline=Deadline.after(60)).result(60)
    loop = engine.submit(page(1, "the dog the fox " * 3), deadline=Deadline.after(60)).result(60)
    engine.close()
    assert real.html == html
    assert "repetition" not in real.flags
    assert loop.finish_reason is FinishReason.REPETITION
    assert loop.html.count("<tr>") < 20


def test_budget_is_the_recipes(checkpoint: Checkpoint) -> None:
    budget = PixelBudget(max_pixels=100 * 784)
    engine = QwenEngine(checkpoint, Recipe(budget=budget), slots=1)
    assert engine.budget is budget
    engine.close()
