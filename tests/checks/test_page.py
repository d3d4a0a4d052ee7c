"""The page verifier: what it flags, what it lets pass, and that nothing makes it fail or take long."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from apart import run_script
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docparse.bench.faults import FAULTS
from docparse.checks import check_page
from docparse.checks.page import verify_page
from docparse.geometry import Box
from docparse.schemas.document import (
    Block,
    Cell,
    Code,
    Formula,
    Heading,
    Image,
    ListBlock,
    ListItem,
    Page,
    Paragraph,
    Table,
)
from docparse.schemas.page import (
    PageImage,
    PageOutput,
    Picture,
    TextLayer,
    TextQuality,
    Word,
    WordStyle,
)

EM = 6.0
TEXTS = [
    ("The harbour of the old town was rebuilt in 1874 after the flood", (50, 60, 540, 72)),
    ("Every ship that enters pays 125 crowns to the master of the port", (50, 100, 540, 112)),
    ("In winter the ice keeps most captains away until the end of March", (50, 140, 540, 152)),
    ("Trade with the islands grew to 4,310 tons in a single good year", (50, 180, 540, 192)),
]
ROWS = [["Year", "Ships", "Tons"], ["1901", "312", "4310"], ["1902", "298", "4122"], ["1903", "355", "5047"]]


def words_of(text: str, x: float, y: float) -> list[Word]:
    words = []
    for piece in text.split():
        words.append(Word(piece, (x, y, x + EM * len(piece), y + 10)))
        x += EM * (len(piece) + 1)
    return words


def made() -> tuple[list[Block], list[Word]]:
    blocks: list[Block] = [Heading(text="Harbour report", bbox=(50, 20, 540, 32))]
    words = words_of("Harbour report", 50, 20)
    for text, box in TEXTS:
        blocks.append(Paragraph(text=text, bbox=box))
        words += words_of(text, box[0], box[1])
    cells = []
    for r, row in enumerate(ROWS):
        for c, text in enumerate(row):
            cells.append(Cell(row=r, col=c, text=text))
            words += words_of(text, 60 + 150 * c, 250 + 20 * r)
    blocks.append(Table(rows=4, cols=3, cells=cells, bbox=(50, 240, 540, 340)))
    items = [ListItem(text="small boats", marker="1."), ListItem(text="large boats", marker="2.")]
    blocks.append(ListBlock(ordered=True, items=items, bbox=(50, 400, 540, 432)))
    words += words_of("1. small boats", 50, 400) + words_of("2. large boats", 50, 420)
    for number, block in enumerate(blocks, 1):
        block.id, block.order = f"p1-b{number}", number
    return blocks, words


def page_of(blocks: list[Block]) -> Page:
    return Page(number=1, width=600, height=800, image_width=560, image_height=756, blocks=blocks)


def image_of(
    words: list[Word], quality: TextQuality = TextQuality.SOUND, pixels: bool | None = None, *pictures: Box
) -> PageImage:
    canvas = None
    if pixels is not None:
        canvas = np.full((756, 560, 3), 250, np.uint8)
        canvas[100:120, 50:400] = 0 if pixels else 250
    shown = tuple(Picture(box, 100, 100) for box in pictures)
    layer = TextLayer(tuple(words), quality)
    return PageImage(1, 560, 756, 600.0, 800.0, pixels=canvas, text=layer, pictures=shown)


def flags(blocks: list[Block], words: list[Word], engine: str = "embedded", *, ocr: bool = False) -> list[str]:
    image = image_of([] if ocr else words, TextQuality.ABSENT if ocr else TextQuality.SOUND)
    return verify_page(page_of(blocks), image, PageOutput("", engine, words=tuple(words) if ocr else ())).flags


@pytest.mark.parametrize("engine", ["embedded", "qwen"])
@pytest.mark.parametrize("ocr", [False, True])
def test_a_good_page_passes(engine: str, ocr: bool) -> None:
    blocks, words = made()
    assert flags(blocks, words, engine, ocr=ocr) == []


@pytest.mark.parametrize("name", sorted(FAULTS))
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("engine", ["embedded", "qwen"])
def test_faults_are_flagged(name: str, seed: int, engine: str) -> None:
    blocks, words = made()
    other: list[Block] = [Paragraph(text="A page about quite other things, printed in 2019.", bbox=(50, 60, 540, 72))]
    faulty = FAULTS[name](blocks, other, random.Random(seed))
    assert faulty is not None
    if engine == "qwen" and name in ("digit changed", "block dropped"):
        assert flags(faulty, words, "embedded") != []
        return
    assert flags(faulty, words, engine) != []


def test_what_was_found_stands_on_page_and_block() -> None:
    blocks, words = made()
    blocks[1].text = blocks[1].text.replace("1874", "1847")  # type: ignore[union-attr]
    del blocks[4]
    page = page_of(blocks)
    verdict = check_page(page, image_of(words), PageOutput("", "qwen"))
    assert {"numbers_differ", "missing_text"} <= set(page.flags)
    assert page.confidence == round(verdict.score, 4)
    assert 0.5 < verdict.score < 0.9
    outcomes = {check.name: check.outcome for check in page.checks}
    assert (outcomes["numbers"], outcomes["order"], outcomes["repetition"]) == ("failed", "passed", "passed")
    detail = next(check.detail for check in page.checks if check.name == "numbers")
    assert "1847" in detail
    assert "1874" in detail
    changed, same = page.blocks[1], page.blocks[2]
    assert changed.flags == ["text_differs"]
    assert changed.confidence is not None
    assert changed.confidence < 1.0
    assert (same.flags, same.confidence) == ([], 1.0)


def test_small_misreadings_of_a_model_are_borne_but_numbers_are_not() -> None:
    blocks, words = made()
    blocks[2].text = blocks[2].text.replace("ship", "shlp")  # type: ignore[union-attr]
    assert flags(blocks, words, "qwen") == []
    blocks, words = made()
    blocks[2].text = blocks[2].text.replace("125", "126")  # type: ignore[union-attr]
    assert flags(blocks, words, "qwen") == ["numbers_differ"]


def test_hyphens_spacing_and_ligatures_are_no_difference() -> None:
    words = [*words_of("The ﬁrst experi-", 50, 60), *words_of("ment was in 1 000 places", 50, 75)]
    blocks: list[Block] = [Paragraph(text="The first experiment was in 1000 places", bbox=(50, 55, 540, 90))]
    assert flags(blocks, words) == []


def test_dollar_signs_of_a_listing_are_no_maths() -> None:
    lines = ["UPSTREAM=$(query --upstream pulse)", r"sed -i /#PULSE_DIR/a \\ ", "cd $HOME/pulse/sources"]
    words = [word for row, line in enumerate(lines) for word in words_of(line, 50, 60 + 14 * row)]
    box = (45, 55, 400, 105)
    assert flags([Code(text="\n".join(lines), bbox=box)], words) == []
    assert "missing_text" in flags([Code(text="\n".join(lines[:2]), bbox=box)], words)


def test_maths_is_compared_by_its_numbers() -> None:
    words = [*words_of("where x2 is 4096 times α", 50, 60), *words_of("E = mc2 + 12", 200, 100)]
    blocks: list[Block] = [
        Paragraph(text=r"where $x^{2}$ is 4096 times $\alpha$", bbox=(50, 55, 540, 75)),
        Formula(latex=r"E = m c^{2} + 12", bbox=(190, 95, 400, 115)),
    ]
    assert flags(blocks, words, "qwen") == []
    blocks[1] = Formula(latex=r"E = m c^{2} + 137", bbox=(190, 95, 400, 115))
    assert "numbers_differ" in flags(blocks, words, "qwen")


def test_text_in_pictures_is_not_the_text_layers_to_judge() -> None:
    blocks, words = made()
    box = (50.0, 500.0, 540.0, 700.0)
    blocks.append(Paragraph(text="A sign in the photograph says 1234", bbox=(60, 520, 500, 540)))
    page, output = page_of(blocks), PageOutput("", "qwen")
    assert "invented_text" in verify_page(page, image_of(words), output).flags
    assert verify_page(page, image_of(words, TextQuality.SOUND, None, box), output).flags == []


def test_labels_in_a_figure_may_be_left_out_but_not_text_beside_it() -> None:
    words = [*words_of("a label here", 60, 520), *words_of("words outside it", 60, 720)]
    blocks: list[Block] = [Image(caption="A drawing of a ship with two masts", bbox=(50, 500, 540, 700))]
    assert flags(blocks, words[:3], "qwen") == []
    assert "missing_text" in flags(blocks, words, "qwen")


@pytest.mark.parametrize("ocr", [False, True])
def test_a_picture_of_the_whole_page_is_no_reading_of_it(ocr: bool) -> None:
    _, words = made()
    assert "missing_text" in flags([Image(bbox=(10, 10, 590, 790))], words, "qwen", ocr=ocr)
    blocks, words = made()
    labels = words_of("north south east west", 300, 600)
    assert flags([*blocks, Image(bbox=(50, 500, 540, 700))], words + labels, "qwen", ocr=ocr) == []


def test_plain_text_written_as_tex_is_compared_by_its_numbers() -> None:
    words = words_of("Of the models, that of 0.5 B parameters 8 is the smallest of 3072", 50, 60)
    text = r"Of the models, that of $0.5 \mathrm{~B}$ parameters ${ }^{8}$ is the smallest of 3072"
    assert flags([Paragraph(text=text, bbox=(40, 50, 560, 80))], words, "qwen") == []
    assert flags([Paragraph(text=text.replace("3072", "3172"), bbox=(40, 50, 560, 80))], words, "qwen") != []


def test_a_garbled_text_layer_is_no_judge() -> None:
    blocks, _ = made()
    image = image_of(words_of("%&$ §§ ((", 50, 60), TextQuality.GARBLED)
    verdict = verify_page(page_of(blocks), image, PageOutput("", "qwen"))
    assert verdict.flags == []
    assert ("coverage", "skipped") in [(check.name, check.outcome) for check in verdict.checks]
    assert "garbled" in verdict.checks[-1].detail


def test_text_on_a_blank_page_is_flagged() -> None:
    blocks, _ = made()
    blank, inked = (image_of([], TextQuality.ABSENT, pixels) for pixels in (False, True))
    assert verify_page(page_of(blocks), blank, PageOutput("", "qwen")).flags == ["text_on_blank_page"]
    assert verify_page(page_of(blocks), inked, PageOutput("", "qwen")).flags == []
    assert verify_page(page_of([]), blank, PageOutput("", "qwen")).flags == []


def test_another_language_is_named() -> None:
    _, words = made()
    text = "Гавань старого города была перестроена после наводнения и льда"
    assert "wrong_language" in flags([Paragraph(text=text, bbox=(50, 20, 540, 400))], words, "qwen")


@pytest.mark.parametrize(
    "block",
    [
        Paragraph(text="Beginning. " + "and so on and so forth " * 40),
        Paragraph(text="!" + "ab" * 5000),
        ListBlock(items=[ListItem(text="the same")] * 20),
        Table(rows=20, cols=2, cells=[Cell(row=r, col=c, text="x" * (c + 1)) for r in range(20) for c in range(2)]),
    ],
)
def test_loops_are_seen_without_a_witness(block: Block) -> None:
    image = image_of([], TextQuality.ABSENT)
    assert verify_page(page_of([block]), image, PageOutput("", "qwen")).flags == ["repetition"]
    assert verify_page(page_of([Paragraph(text="once")] * 9), image, PageOutput("", "qwen")).flags == ["repetition"]


def test_rows_that_do_repeat_on_the_page_are_no_loop() -> None:
    words = [word for row in range(20) for word in words_of("yes no", 60, 60 + 20 * row)]
    cells = [Cell(row=r, col=c, text=("yes", "no")[c]) for r in range(20) for c in range(2)]
    blocks: list[Block] = [Table(rows=20, cols=2, cells=cells, bbox=(50, 50, 300, 500))]
    assert flags(blocks, words, "qwen") == []


def test_one_word_twice_in_a_row_is_matched_from_left_to_right() -> None:
    """However unevenly OCR cuts the words out."""
    rows = [["Place", "Change", "Ships", "Change"], ["North", "0.5", "31", "0.7"], ["South", "0.2", "42", "0.9"]]
    cells, words = [], []
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            cells.append(Cell(row=r, col=c, text=text))
            words += words_of(text, 60 + 100 * c, 250 + 20 * r - (11 if (r, c) == (0, 3) else 0))
    table: list[Block] = [Table(rows=3, cols=4, cells=cells, bbox=(50, 235, 540, 340))]
    assert flags(table, words, "qwen", ocr=True) == []


def test_a_formula_that_hangs_over_into_the_next_column_may_come_before_it() -> None:
    blocks = [
        Paragraph(text="left column", bbox=(50, 100, 250, 120)),
        Formula(latex="a", bbox=(60, 200, 450, 220)),
        Paragraph(text="right column", bbox=(300, 100, 500, 120)),
    ]
    words = [*words_of("left column", 50, 105), *words_of("right column", 300, 105)]
    assert ocr_flags(list(blocks), words) == []
    blocks[1] = Paragraph(text="over", bbox=(60, 200, 450, 220))
    assert ocr_flags(list(blocks), [*words, *words_of("over", 70, 205)]) == ["order_suspect"]


def test_sideways_labels_may_come_anywhere() -> None:
    blocks, words = made()
    label = Word("axis", (50.0, 120.0, 58.0, 135.0), style=int(WordStyle.ROTATED))
    blocks.append(Paragraph(text="axis", bbox=(50, 118, 59, 136)))
    assert flags(blocks, [*words, label]) == []


texts = st.text(st.characters(codec="utf-8"), max_size=60)
boxes = st.none() | st.tuples(*[st.floats(-50, 900, allow_nan=False)] * 4)
cells_drawn = st.builds(Cell, row=st.integers(0, 3), col=st.integers(0, 3), text=texts)
blocks_drawn = st.lists(
    st.one_of(
        st.builds(Paragraph, text=texts, bbox=boxes),
        st.builds(Table, rows=st.integers(0, 3), cols=st.integers(0, 3), bbox=boxes, cells=st.lists(cells_drawn)),
        st.builds(Image, caption=texts, ocr=texts, bbox=boxes),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks_drawn, st.lists(texts, max_size=20), st.sampled_from(["embedded", "qwen"]))
@pytest.mark.no_cover
def test_no_page_breaks_the_verifier(blocks: list[Block], texts: list[str], engine: str) -> None:
    words = [Word(text or "x", (10.0 * i, 10.0 * i, 10.0 * i + 30, 10.0 * i + 10)) for i, text in enumerate(texts)]
    page = page_of(blocks)
    verdict = check_page(page, image_of(words), PageOutput("", engine))
    assert 0.0 <= verdict.score <= 1.0
    assert page.confidence is None or 0.0 <= page.confidence <= 1.0


def test_ten_thousand_blocks_are_checked() -> None:
    blocks: list[Block] = []
    words: list[Word] = []
    for i in range(10_000):
        x, y = 10.0 * (i % 50), 4.0 * (i // 50)
        blocks.append(Paragraph(text=f"word{i}", bbox=(x, y, x + 9, y + 3)))
        words.append(Word(f"word{i}" if i % 3 else f"ward{i}", (x + 1, y + 1, x + 8, y + 2)))
    assert "invented_text" in flags(blocks, words, "qwen")


@pytest.mark.parametrize(("name", "items"), [("blocks", 10_000), ("table", 40_001)])
@pytest.mark.no_cover
def test_time_grows_with_the_size_of_the_page(name: str, items: int, grown: dict[str, list[Any]]) -> None:
    """Four times as many blocks or cells; were it a square law, sixteen times the time."""
    (short, _, fewer), (long, found, count) = grown[name]
    assert (count, found) == (items, [])
    assert count >= 3.9 * fewer
    assert long < 40  # yardsticks; 20 were measured for the table
    assert long < 8 * short


@pytest.fixture(scope="module")
def grown() -> dict[str, list[Any]]:
    measured: dict[str, list[Any]] = run_script(Path(__file__).with_name("growth.py"))
    return measured


def test_words_of_a_formula_may_be_joined_in_any_order() -> None:
    words = [*words_of("β 06 xt 1", 50, 60), *words_of("Some other text of the page", 50, 200)]
    formula = Formula(text="β06 1xt", bbox=(40, 40, 300, 90))
    text = Paragraph(text="Some other text of the page", bbox=(40, 190, 500, 230))
    assert flags([formula, text], words, "embedded-fast") == []
    formula.text = "β07 1xt"
    assert "invented_text" in flags([formula, text], words, "embedded-fast")


def ocr_flags(blocks: list[Block], words: list[Word], **confidence: float) -> list[str]:
    """Flags of a model's blocks where OCR is the witness; `confidence` of single words, by text."""
    sure = [word._replace(confidence=confidence.get(word.text, 1.0), line=round(word.bbox[1])) for word in words]
    return flags(blocks, sure, "qwen", ocr=True)


def test_a_word_whose_pieces_stand_in_several_boxes_is_no_invention() -> None:
    words = [*words_of("between", 50, 60), Word("1", (100, 48, 106, 58)), *words_of("and", 112, 60)]
    blocks: list[Block] = [
        Paragraph(text="between1and", bbox=(48, 56, 140, 72)),
        Paragraph(text="Some other text of the page", bbox=(40, 190, 500, 230)),
    ]
    words += words_of("Some other text of the page", 50, 200)
    assert flags(blocks, words) == []
    blocks[0].text = "between2and"  # type: ignore[union-attr]
    assert "invented_text" in flags(blocks, words)


@pytest.mark.parametrize(("said", "found"), [("3nd", ["numbers_differ"]), ("2nd", [])])
def test_a_digit_within_a_word_is_a_number_too(said: str, found: list[str]) -> None:
    blocks, words = made()
    text = "At the end of the 2nd grade they may leave the harbour school"
    words += words_of(text, 50, 600)
    blocks.append(Paragraph(text=text.replace("2nd", said), bbox=(50, 600, 540, 612)))
    assert ocr_flags(blocks, words) == found


def test_a_digit_is_changed_even_if_the_page_has_the_new_one_elsewhere() -> None:
    blocks, words = made()
    words += [*words_of("9", 300, 700), *words_of("4", 560, 20)]
    blocks.append(Paragraph(text="4", bbox=(295, 698, 310, 712)))
    assert "numbers_differ" in ocr_flags(blocks, words)


def test_a_page_number_that_ocr_read_may_not_be_lost() -> None:
    blocks, words = made()
    words += words_of("17", 300, 760)
    assert ocr_flags(blocks, words) == ["missing_text"]
    assert ocr_flags(blocks, words, **{"17": 0.8}) == [], "a speck, perhaps"


def test_boxes_to_tick_that_no_witness_spells_are_no_loop() -> None:
    blocks, words = made()
    ticks: list[Block] = [Paragraph(text="y", bbox=(20, 400 + 20 * i, 28, 412 + 20 * i)) for i in range(6)]
    assert ocr_flags([*blocks, *ticks], words) == []
    assert "repetition" in ocr_flags([*blocks, *ticks * 5], words)


def test_signs_that_ocr_takes_for_others_are_forgiven_up_to_a_quarter() -> None:
    text = "主婦野球品質溝立派腐敵証言分割叔父鉱山催眠術指名午前残試建築符号近代化発生省略統領"
    box = (50, 50, 540, 70)

    def judged(misread: int) -> list[str]:
        seen = "".join("笔桃疲哲基学勤彦"[i % 8] if i < misread else sign for i, sign in enumerate(text))
        return ocr_flags([Paragraph(text=text, bbox=box)], words_of(seen, 60, 55))

    assert judged(8) == []
    assert "invented_text" in judged(20)


def test_a_word_that_ocr_guessed_may_be_any_other() -> None:
    blocks, words = made()
    words = [word._replace(text="bays") if word.text == "ship" else word for word in words]
    blocks[2].text = blocks[2].text.replace("ship", "مرحبا")  # type: ignore[union-attr]
    assert ocr_flags(blocks, [*words, *words_of("bays", 50, 700)], bays=0.6) == []


def test_a_number_that_runs_up_the_page_is_not_ocrs_to_judge() -> None:
    blocks, words = made()
    words.append(Word("806", (560.0, 300.0, 572.0, 320.0)))
    blocks.append(Paragraph(text="208", bbox=(560, 300, 572, 320)))
    assert ocr_flags(blocks, words) == []


def test_bars_that_ocr_takes_for_a_digit_are_seen_through() -> None:
    numbers = ["62617", "62125", "39237", "34174"]
    blocks, words = made()
    for i, number in enumerate(numbers):
        words += words_of(f"1{number}" if i else number, 300, 500 + 20 * i)
        blocks.append(Paragraph(text=number, bbox=(300, 500 + 20 * i, 340, 512 + 20 * i)))
    assert ocr_flags(blocks, words) == []
    assert "numbers_differ" in ocr_flags(blocks[:-1], words[:-1] + words_of("134174", 300, 540))


def test_boxes_that_hardly_share_a_column_have_no_order() -> None:
    words = [*words_of("left piece", 50, 100), *words_of("right piece", 104, 80)]
    blocks: list[Block] = [
        Paragraph(text="left piece", bbox=(50, 100, 112, 110)),
        Paragraph(text="right piece", bbox=(90, 80, 168, 90)),
    ]
    assert ocr_flags(blocks, words) == []
    blocks[1].bbox = (70, 80, 168, 90)
    assert ocr_flags(blocks, words) == ["order_suspect"]
