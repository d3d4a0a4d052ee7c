"""Scans that a model reads: OCR beside it is the verifier's witness, or the checks say that there was none."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from answering import Model

import docparse
from docparse.checks.witness import Heard
from docparse.errors import DocparseError, EngineError, EngineUnavailable
from docparse.ladder import settle
from docparse.model.base import Deadline, Engine
from docparse.options import ParseOptions
from docparse.reading import read_output
from docparse.schemas.document import Page
from docparse.schemas.page import PageImage, PageOutput, TextLayer, TextQuality, Word
from docparse.second_witness import seek_witness

LINES = ["Invoice 4711 of the harbour office", "Berth 12 was used for 31 days", "Total due 2846 pounds"]


def html(lines: list[str]) -> str:
    return "".join(f'<p data-bbox="40 {40 + 60 * i} 600 {80 + 60 * i}">{line}</p>' for i, line in enumerate(lines))


def words_of(lines: list[str], confidence: float = 0.99) -> tuple[Word, ...]:
    return tuple(
        Word(text, (40.0 + 90 * x, 40.0 + 60 * y, 125.0 + 90 * x, 80.0 + 60 * y), line=y, confidence=confidence)
        for y, line in enumerate(lines)
        for x, text in enumerate(line.split())
    )


def scan(quality: TextQuality = TextQuality.ABSENT, lines: list[str] = LINES) -> PageImage:
    pixels = np.full((1120, 840, 3), 255, np.uint8)
    pixels[40:60, 40:600] = 0
    words = words_of(lines) if quality is TextQuality.SOUND else ()
    return PageImage(1, 840, 1120, 840.0, 1120.0, pixels=pixels, text=TextLayer(words=words, quality=quality))


class Reader(Model):
    """An embedded engine whose OCR says what it is told to."""

    name = "embedded"

    def __init__(self, *words: Word, flags: tuple[str, ...] = (), error: DocparseError | None = None) -> None:
        super().__init__()
        self.words, self.flags, self.error = words, flags, error
        self.asked = 0
        self.answers = True

    def submit_words(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        self.asked += 1
        future: Future[PageOutput] = Future()
        if self.error is not None:
            future.set_exception(self.error)
        elif self.answers:
            future.set_result(PageOutput("", "embedded", words=self.words, flags=self.flags))
        return future


def read(lines: list[str], reader: Engine, *, image: PageImage | None = None, **options: bool) -> Page:
    image = image or scan()
    asked = ParseOptions.model_validate({"retry": False, **options})
    engine, deadline = Model(), Deadline.after(5.0)
    seeking = seek_witness(engine, image, options=asked, deadline=deadline, embedded=lambda: reader)
    answer = PageOutput(html(lines), engine.name)
    return settle(
        engine, image, answer, options=asked, deadline=Deadline.after(0.2), fallback=lambda: reader, seeking=seeking
    ).page


def outcome(page: Page, name: str) -> tuple[str, str]:
    return next((check.outcome, check.detail) for check in page.checks if check.name == name)


def test_a_scan_that_was_read_well_passes() -> None:
    page = read(LINES, Reader(*words_of(LINES)))
    assert page.flags == []
    assert {outcome(page, name)[0] for name in ("coverage", "invention", "numbers")} == {"passed"}


@pytest.mark.parametrize(
    ("lines", "flag"),
    [
        (LINES[:2], "missing_text"),
        ([*LINES, "The moon is made of green cheese and sings"], "invented_text"),
        ([LINES[0], LINES[1], "Total due 2346 pounds"], "numbers_differ"),
        ([LINES[0], "Berth 12 was used for 37 days", LINES[2]], "numbers_differ"),
    ],
)
def test_what_a_model_loses_invents_or_changes_on_a_scan_is_flagged(lines: list[str], flag: str) -> None:
    assert flag in read(lines, Reader(*words_of(LINES))).flags


def test_misreadings_of_the_ocr_are_no_fault_of_the_model() -> None:
    misread = ["lnvoice 4711 of the harb0ur office", "Berth 12 was used for 31 clays", "Total due 2846 pounds"]
    assert read(LINES, Reader(*words_of(misread))).flags == []


def test_a_number_of_which_the_ocr_is_not_sure_is_no_proof() -> None:
    unsure = words_of([LINES[0], LINES[1], "Total due 2346 pounds"], confidence=0.7)
    assert read(LINES, Reader(*unsure)).flags == []


@pytest.mark.parametrize(
    ("reader", "reason"),
    [
        (Reader(flags=("ocr_unavailable",)), "ocr_unavailable"),
        (Reader(*words_of(LINES), flags=("low_confidence",)), "low_confidence"),
        (Reader(*words_of(LINES * 2), *words_of(LINES[:1], confidence=0.6)[:3]), "guessed 3 of 37 words"),
        (Reader(), "read nothing"),
        (Reader(error=EngineError("the worker died")), "the worker died"),
        (Model(), "gives no words"),
    ],
)
def test_without_a_witness_the_checks_are_skipped_and_say_why(reader: Engine, reason: str) -> None:
    page = read(["anything at all 9999"], reader)
    for name in ("coverage", "invention", "numbers"):
        assert outcome(page, name)[0] == "skipped"
        assert reason in outcome(page, name)[1]


def test_ocr_that_is_not_done_in_time_is_not_waited_for() -> None:
    reader = Reader()
    reader.answers = False
    assert outcome(read(LINES, reader), "coverage") == ("skipped", "text layer absent, OCR was not done in time")


def test_no_ocr_where_the_text_layer_is_sound_or_it_is_switched_off() -> None:
    reader = Reader(*words_of(LINES))
    assert read(LINES, reader, image=scan(TextQuality.SOUND)).flags == []
    page = read(LINES, reader, witness=False)
    assert outcome(page, "coverage") == ("skipped", "text layer absent, OCR is switched off")
    assert reader.asked == 0


def test_print_that_ocr_did_not_see_is_no_invention() -> None:
    """Two rows of print, as a scan has them; OCR read the first alone."""
    seen, unseen = "Invoice of the harbour office", "Received with thanks in the month of May"
    image = scan()
    assert image.pixels is not None
    for y in (150, 270):
        for x in range(45, 600, 12):
            image.pixels[y : y + 30, x : x + 7] = 0
    boxes = f'<p data-bbox="40 140 600 190">{seen}</p><p data-bbox="40 260 600 310">{unseen}</p>'
    words = [word._replace(bbox=(word.bbox[0], 145.0, word.bbox[2], 185.0)) for word in words_of([seen])]

    def flags(answer: str) -> list[str]:
        reader = Reader(*words)
        options, deadline = ParseOptions(retry=False), Deadline.after(5.0)
        seeking = seek_witness(Model(), image, options=options, deadline=deadline, embedded=lambda: reader)
        return settle(
            Model(), image, PageOutput(answer, "remote"), options=options, deadline=deadline,
            fallback=lambda: reader, seeking=seeking,
        ).page.flags  # fmt: skip

    assert flags(boxes) == []
    assert "invented_text" in flags(boxes.replace("40 260 600 310", "40 660 600 710")), "nothing is printed there"
    assert "invented_text" in flags(boxes.replace("40 260 600 310", "40 165 600 190")), "OCR did read that"


def test_an_engine_that_is_its_own_witness_is_worth_what_it_is_sure_of() -> None:
    """The embedded engine's own words bear out all that it says: no reason to prefer it to a model's reading."""
    output = PageOutput(html(LINES), "embedded", words=words_of(LINES, confidence=0.91))
    assert read_output(scan(), output, ParseOptions()).score == pytest.approx(0.91)
    assert read_output(scan(TextQuality.SOUND), output, ParseOptions()).score == 1.0
    heard = Heard(words_of(LINES, confidence=0.91))
    assert read_output(scan(), PageOutput(html(LINES), "remote"), ParseOptions(), heard=heard).score == 1.0


def test_an_engine_that_cannot_be_opened_is_a_reason_too() -> None:
    def none() -> Engine:
        raise EngineUnavailable("no models")

    found = seek_witness(Model(), scan(), options=ParseOptions(), deadline=Deadline(), embedded=none)
    assert found == "no OCR: no models"


@pytest.mark.no_cover
def test_a_scanned_pdf_read_by_a_model_is_compared_with_real_ocr(tmp_path: Path) -> None:
    source = pymupdf.open()
    page = source.new_page(width=420, height=300)
    for place, line in enumerate(LINES):
        page.insert_text((40, 60 + 40 * place), line, fontsize=16)
    picture = page.get_pixmap(dpi=200)
    made = pymupdf.open()
    made.new_page(width=420, height=300).insert_image((0, 0, 420, 300), stream=picture.tobytes("png"))
    made.save(tmp_path / "scan.pdf")

    def parsed(lines: list[str]) -> Page:
        boxes = "".join(
            f'<p data-bbox="60 {50 + 80 * i} 800 {130 + 80 * i}">{line}</p>' for i, line in enumerate(lines)
        )
        return docparse.parse(tmp_path / "scan.pdf", engine=Model(boxes), retry=False).pages[0]

    assert "numbers_differ" not in parsed(LINES).flags
    assert "missing_text" not in parsed(LINES).flags
    faulty = parsed([LINES[0], LINES[1], "Total due 9846 pounds", "Paid in full with thanks on delivery"])
    assert {"numbers_differ", "invented_text"} <= set(faulty.flags)
