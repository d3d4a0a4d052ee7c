"""The whole path with a real checkpoint: PDF and image in, decoded by the engine, exported, against golden files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_pages import SCANS, draw_pages

from docparse.cli import main
from docparse.model import open_engine
from docparse.model.base import Deadline
from docparse.model.qwen.engine import QwenEngine
from docparse.model.qwen.load import load
from docparse.model.qwen.opening import recipe_of
from docparse.options import ParseOptions
from docparse.qwenvl.profiles import PROFILES, profile_of
from docparse.schemas.page import FinishReason, PageImage
from docparse.settings import Settings
from docparse.source import open_source

HERE = Path(__file__).parent
TINY = HERE / "tiny"
Golden = Callable[[str, str], None]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command line makes of the PDF and of its last page as an image."""
    folder = tmp_path_factory.mktemp("out")
    inputs = [str(HERE / "pages.pdf"), str(HERE / "page.png")]
    how = ["--engine", "qwen", "--model", str(TINY), "--images", "none", "-j", "1", "-q"]
    assert main(["parse", *inputs, "-o", f"{folder}/", *how]) == 0
    return folder


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_html(outputs: Path, golden: Golden) -> None:
    html = (outputs / "pages.html").read_text(encoding="utf-8")
    pages = html[html.index('<div class="page"') : html.index("</body>")]
    golden("pages.html", re.sub(r' data-confidence="[\d.]+"', "", pages))


def test_markdown(outputs: Path, golden: Golden) -> None:
    golden("pages.md", (outputs / "pages.md").read_text(encoding="utf-8"))


def test_json(outputs: Path, golden: Golden) -> None:
    """Every block with its box; not what depends on speed, on versions and on the extras that are installed."""
    document = read(outputs / "pages.json")
    blocks = [block for page in document["pages"] for block in page["blocks"]]
    for block in blocks:
        for name in ("checks", "confidence", "crop"):
            block.pop(name, None)
    golden("pages.json", json.dumps(blocks, ensure_ascii=False, indent=1) + "\n")


def test_result(outputs: Path) -> None:
    document = read(outputs / "pages.json")
    assert document["status"] == "ok"
    assert (document["engine"]["name"], document["engine"]["reason"]) == ("qwen", "asked for")
    assert [page["flags"] for page in document["pages"]] == [["test_checkpoint"]] * len(document["pages"])
    assert all(block["source"] == "qwen" for page in document["pages"] for block in page["blocks"])
    assert all(block["confidence"] > 0.9 for page in document["pages"] for block in page["blocks"])
    kinds = {block["kind"] for page in document["pages"] for block in page["blocks"]}
    assert kinds >= {"heading", "paragraph", "list", "table", "chart", "formula", "image", "music", "chemistry"}
    failed = [check for page in document["pages"] for check in page["checks"] if check["outcome"] == "failed"]
    failed += [
        check for page in document["pages"] for block in page["blocks"] for check in block["checks"]
        if check["outcome"] == "failed"
    ]  # fmt: skip
    assert failed == []


def test_image_in(outputs: Path) -> None:
    """The last page as an image gives what it gives in the PDF."""
    (page,) = read(outputs / "page.json")["pages"]
    last = read(outputs / "pages.json")["pages"][-1]
    assert (page["unit"], last["unit"]) == ("px", "pt")
    for found, wanted in zip(page["blocks"], last["blocks"], strict=True):
        assert (found["kind"], found["bbox"]) == (wanted["kind"], wanted["bbox"])
        assert found.get("text") == wanted.get("text")
    assert "test_checkpoint" in page["flags"]


# -- the engine alone --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine() -> Iterator[QwenEngine]:
    opened = QwenEngine(load(str(TINY)), recipe_of(profile_of(str(TINY))), slots=4)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def images() -> list[PageImage]:
    budget = recipe_of(profile_of(str(TINY))).budget
    with open_source(HERE / "pages.pdf", options=ParseOptions(), settings=Settings()) as source:
        found = list(source.pages(budget, 1))
    assert all(isinstance(image, PageImage) for image in found)
    return [image for image in found if isinstance(image, PageImage)]


def _all(engine: QwenEngine, images: list[PageImage]) -> list[str]:
    futures = [engine.submit(image, deadline=Deadline.after(60)) for image in images]
    outputs = [future.result(90) for future in futures]
    assert {output.finish_reason for output in outputs} == {FinishReason.STOP}
    return [output.html for output in outputs]


def test_every_page_is_written_as_wanted(
    engine: QwenEngine, images: list[PageImage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With drafts from the text layer, which the scan has not. How long they may be is fixed: the gate goes by the
    clock, and allows few on a busy machine."""
    monkeypatch.setattr(engine.batcher.gate, "limit", lambda running, drafting: 8 if drafting else 0)
    _, drawn = draw_pages()
    assert [image.pixels is not None and bool(image.text.words) for image in images] == [
        page.name not in SCANS for page in drawn
    ]
    assert _all(engine, images) == [page.html for page in drawn]
    assert engine.batcher.counters.drafts_accepted > 100


def test_the_same_without_drafts_and_one_by_one(images: list[PageImage]) -> None:
    _, drawn = draw_pages()
    alone = QwenEngine(load(str(TINY)), recipe_of(profile_of(str(TINY))), slots=1, drafts=False)
    try:
        assert _all(alone, images[-3:]) == [page.html for page in drawn[-3:]]
    finally:
        alone.close()


def test_pages_of_another_renderer(engine: QwenEngine, images: list[PageImage]) -> None:
    """Moved by a pixel, paler and with grain: the checkpoint was trained not to mind."""
    rng = np.random.default_rng(3)
    others = []
    for image in images:
        assert image.pixels is not None
        pale = 255 - 0.95 * (255 - np.roll(image.pixels, (1, -1), axis=(0, 1)).astype(np.float32))
        pixels = np.clip(np.rint(pale + rng.normal(0, 4, pale.shape)), 0, 255).astype(np.uint8)
        others.append(image.replace(pixels=pixels))
    assert _all(engine, others) == [page.html for page in draw_pages()[1]]


# -- what it is and is not ---------------------------------------------------------------------------------------------


def test_it_looks_like_one_from_the_hub() -> None:
    from transformers import AutoTokenizer

    config = read(TINY / "config.json")
    assert config["architectures"] == ["Qwen2_5_VLForConditionalGeneration"]
    vision = config["vision_config"]
    assert vision["window_size"] == 112
    assert len(vision["fullatt_block_indexes"]) < vision["depth"]
    tokenizer = AutoTokenizer.from_pretrained(str(TINY))
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "QwenVL HTML "}]}],
        tokenize=False, add_generation_prompt=True,
    )  # fmt: skip
    assert text == (
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<|vision_start|><|image_pad|>"
        "<|vision_end|>QwenVL HTML <|im_end|>\n<|im_start|>assistant\n"
    )
    ids = tokenizer.encode(text)
    assert ids.count(config["image_token_id"]) == 1
    assert tokenizer.decode(ids) == text


def test_it_is_small_and_no_recogniser() -> None:
    assert sum(path.stat().st_size for path in TINY.iterdir()) < 12e6
    assert "no recogniser" in (TINY / "README.md").read_text()
    assert not any("tiny" in profile.name or "test" in profile.name for profile in PROFILES)
    assert profile_of(str(TINY)).flags == ("test_checkpoint",)


def test_auto_does_not_take_it() -> None:
    opened, info = open_engine(ParseOptions(engine="auto"), Settings())
    opened.close()
    assert info.name in ("embedded", "qwen")
    assert "tiny" not in info.model
