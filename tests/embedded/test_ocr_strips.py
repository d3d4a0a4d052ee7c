"""Strips of text on their way through the recogniser: padding, second readings, characters beyond Latin."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from docparse.geometry import Box
from docparse.model.embedded import ocr_decode, ocr_rapid
from docparse.model.embedded.ocr_detect import TextBox
from docparse.model.embedded.ocr_types import OcrLine, OcrWord

BOX: Box = (0.0, 0.0, 96.0, 24.0)


def line(text: str, confidence: float) -> OcrLine:
    return OcrLine((OcrWord(text, BOX, confidence),), BOX, confidence)


def read(monkeypatch: pytest.MonkeyPatch, *readings: OcrLine | None, again: bool = True) -> tuple[list[str], list[int]]:
    """What comes out where the network reads so, and the widths of the strips it was shown."""
    left, widths = list(readings), []

    def line_of(decoded: object, box: Box, strip: np.ndarray, stretch: float = 1.0) -> OcrLine | None:  # type: ignore[type-arg]
        widths.append(strip.shape[1])
        return left.pop(0)

    nothing = SimpleNamespace(decode=lambda output: None, decode_all=lambda outputs: [None for _ in outputs])
    monkeypatch.setattr(ocr_rapid, "Decoder", lambda model: nothing)
    monkeypatch.setattr(ocr_rapid, "_output", lambda strip, model: None)
    monkeypatch.setattr(ocr_rapid, "load_quick_model", ocr_rapid.load_model)
    monkeypatch.setattr(ocr_rapid, "_line", line_of)
    image = np.full((40, 120, 3), 255, np.uint8)
    lines, complete = ocr_rapid.recognise(image, [TextBox(BOX, 0.9)], again=again)
    assert complete
    return [line.text for line in lines], widths


def test_a_doubtful_line_is_read_again_drawn_out(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, (first, second) = read(monkeypatch, line("hote1", 0.7), line("hotel", 0.9))
    assert texts == ["hotel"]
    assert second == pytest.approx(1.3 * first, abs=1)


def test_the_surer_reading_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, line("hotel", 0.8), line("ho tel", 0.6))[0] == ["hotel"]
    assert read(monkeypatch, line("hotel", 0.8), None)[0] == ["hotel"]


def test_sure_and_empty_lines_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, line("hotel", 0.99)) == (["hotel"], [192])
    assert read(monkeypatch, None) == ([], [192])
    assert read(monkeypatch, line("hotel", 0.5), again=False) == (["hotel"], [192])


def test_strips_have_room_after_them_in_few_shapes() -> None:
    widths = range(8, 3201, 8)
    rooms = [ocr_rapid._padded(width) - width for width in widths]
    assert min(rooms) >= 48
    assert max(rooms) < 48 + 128
    assert len({ocr_rapid._padded(width) for width in widths}) <= 32


def test_large_print_spares_the_network_a_step_that_its_last_pixels_would_begin() -> None:
    for width in range(200, 3000, 7):
        fitted = ocr_rapid._fitted(width)
        assert 0.94 * width <= fitted <= width
        assert ocr_rapid._padded(fitted) == fitted + 48 if fitted < width else ocr_rapid._padded(fitted) > width
    page = Image.new("RGB", (1000, 60), "white")
    small, large = (ocr_rapid._strip(page, (0, 0, 20 * height, height), clear=True) for height in (20, 48))
    assert small.shape[1] == round(0.88 * 20 * 48)
    assert large.shape[1] <= round(0.84 * 20 * 48)


def decoder() -> ocr_decode.Decoder:
    """Of a network with the characters a, 中 and blanks, whose features are the characters themselves."""
    model = SimpleNamespace(characters=("a", "中"), head=(10 * np.eye(4, dtype=np.float32), np.zeros(4, np.float32)))
    return ocr_decode.Decoder(model)  # type: ignore[arg-type]


def columns(*classes: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.eye(4, dtype=np.float32)[list(classes)]


def test_characters_beyond_latin_are_read_on_a_latin_page(monkeypatch: pytest.MonkeyPatch) -> None:
    page = decoder()
    assert page.decode(columns(*[1, 0] * 800)).text == ("a",) * 800
    full = page._head.best
    asked: list[int] = []
    monkeypatch.setattr(page._head, "best", lambda features: asked.append(len(features)) or full(features))
    assert page.decode(columns(0, 1, 0, 1)).text == ("a", "a")
    assert asked == []
    found = page.decode(columns(0, 1, 2, 0))
    assert (found.text, found.columns.tolist(), asked) == (("a", "中"), [1, 2], [1])
    assert found.scores == pytest.approx(1, abs=0.01)


def test_strips_decoded_together_say_what_each_says_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr_decode, "_SURE_COLUMNS", 40)
    monkeypatch.setattr(ocr_decode, "_OTHERS_SHARE", 0.02)
    choice = np.random.default_rng(5)
    strips = [
        columns(*choice.choice(4, 12, p=(0.4, 0.55, 0.0 if place % 7 else 0.05, 0.05 if place % 7 else 0.0)))
        for place in range(60)
    ]
    strips[20:23] = [columns(1, 0, 2, 0, 2, 0)] * 3  # too many of them: the page is no longer taken for Latin
    alone, together = decoder(), decoder()
    expected = [alone.decode(strip) for strip in strips]
    found = [read for start in (0, 16, 32, 48) for read in together.decode_all(strips[start : start + 16])]
    assert [(read.text, read.columns.tolist()) for read in found] == [
        (read.text, read.columns.tolist()) for read in expected
    ]
    assert (together._seen, together._others) == (alone._seen, alone._others)
    assert 40 < alone._seen < sum(map(len, strips)), "some of them went by Latin alone"


def test_no_strip_is_begun_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    deadline = SimpleNamespace(passed=False)
    read: list[int] = []

    def output(strip: np.ndarray, model: object) -> np.ndarray:  # type: ignore[type-arg]
        read.append(strip.shape[1])
        deadline.passed = len(read) == 20
        return columns(1, 0, 1)

    monkeypatch.setattr(ocr_rapid, "Decoder", lambda model: decoder())
    monkeypatch.setattr(ocr_rapid, "_output", output)
    image = np.full((800, 120, 3), 255, np.uint8)
    boxes = [TextBox((0.0, 20.0 * row, 96.0, 20.0 * row + 16), 0.9) for row in range(40)]
    lines, complete = ocr_rapid.recognise(image, boxes, deadline=deadline)  # type: ignore[arg-type]
    assert not complete
    assert len(read) == len(lines) == 20
