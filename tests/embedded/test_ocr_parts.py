"""Pieces of OCR that need no model."""

from __future__ import annotations

from html import escape

import numpy as np
import pytest

from docparse.model.embedded import chemistry, ocr, ocr_foreign, ocr_script, ocr_tesseract
from docparse.model.embedded.music_ink import find_staves
from docparse.model.embedded.ocr_decode import Decoded
from docparse.model.embedded.ocr_detect import TextBox, boxes_of_map, components
from docparse.model.embedded.ocr_rapid import lost_blanks
from docparse.model.embedded.ocr_types import OcrLine, OcrWord


def line(text: str, *, aspect: float, confidence: float = 1.0) -> OcrLine:
    box = (0.0, 0.0, 10 * aspect, 10.0)
    return OcrLine((OcrWord(text, box, confidence),), box, confidence)


def test_components_of_touching_and_separate_areas() -> None:
    mask = np.zeros((12, 20), bool)
    mask[1:4, 1:5] = True
    mask[4, 5] = True  # touches the first at a corner
    mask[8:10, 10:18] = True
    areas, boxes = components(mask)
    assert sorted(areas.tolist()) == [13, 16]
    assert sorted(map(tuple, boxes.tolist())) == [(1, 1, 6, 5), (10, 8, 18, 10)]


def test_components_of_a_spiral_are_one() -> None:
    mask = np.ones((41, 41), bool)
    for ring in range(1, 20, 2):
        mask[ring, ring : 41 - ring] = mask[40 - ring, ring : 41 - ring] = False
        mask[ring : 41 - ring, ring] = mask[ring : 41 - ring, 40 - ring] = False
        mask[ring, ring + 1] = True
    assert len(components(mask)[0]) == 1


def test_components_of_nothing() -> None:
    areas, boxes = components(np.zeros((5, 5), bool))
    assert areas.shape == (0,)
    assert boxes.shape == (0, 4)


def test_boxes_grow_and_stay_on_the_page() -> None:
    probability = np.zeros((32, 64), np.float32)
    probability[0:6, 4:60] = 0.9
    (found,) = boxes_of_map(probability, 2.0, 2.0, (128, 64))
    assert found.bbox[1] == 0
    assert found.bbox[0] < 8
    assert found.bbox[3] > 12


def _hocr(*words: tuple[str, float, list[float]]) -> bytes:
    """What Tesseract writes of a line of words, each with its confidence and those of its signs."""
    spans = [
        f"<span class='ocrx_word' title='bbox {10 + 35 * i} 20 {40 + 35 * i} 32; x_wconf {whole:.0f}' lang='amh'>"
        + "".join(
            f"<span class='ocrx_cinfo' title='x_bboxes 1 2 3 4; x_conf {confidence}'>{escape(sign)}</span>"
            for sign, confidence in zip(text, signs, strict=True)
        )
        + "</span>"
        for i, (text, whole, signs) in enumerate(words)
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body>'
    return f"{head}<span class='ocr_header' title='bbox 1 1 9 9'>\n{' '.join(spans)}</span></body></html>".encode()


def test_words_of_tesseract() -> None:
    (found,) = ocr_tesseract.parse_lines(_hocr(("Город", 95, [99.0] * 5), ("и&", 80, [99.0, 97.1]), (" ", 9, [80.0])))
    assert found.text == "Город и&"
    assert found.bbox == (10, 20, 75, 32)
    assert [word.confidence for word in found.words] == [0.95, 0.8]
    assert ocr_tesseract.parse_lines(b"") == []


def test_a_long_word_is_not_as_bad_as_its_worst_sign() -> None:
    signs = [99.0] * 24
    signs[3] = 86.0
    (found,) = ocr_tesseract.parse_lines(_hocr(("ሰ" * 24, 2, signs)))
    assert found.words[0].confidence == pytest.approx((0.02 + 0.93 + 0.93) / 3)


def test_signs_have_their_own_confidence() -> None:
    assert ocr_tesseract.parse_signs(_hocr(("ሰ&", 12, [98.0, 100.2]))) == [("ሰ", pytest.approx(0.86)), ("&", 1.0)]


def test_unread_notes_by_a_staff_are_no_foreign_script() -> None:
    sheet = np.full((900, 1000, 3), 255, np.uint8)
    for row in range(5):
        sheet[100 + 12 * row : 102 + 12 * row, 60:940] = 0
    notes, text = (OcrLine((), (100.0, y, 600.0, y + 24.0), 0.0) for y in (112.0, 600.0))
    assert not ocr._is_foreign_page(sheet, [notes])
    assert ocr._is_foreign_page(sheet, [notes, text])


def test_text_on_even_rules_is_in_a_foreign_script() -> None:
    """Lines to write on lie as even as a staff, but what stands on them is not as tall as their distance."""
    image = np.full((600, 900, 3), 255, np.uint8)
    for row in range(5):
        image[100 + 40 * row : 102 + 40 * row, 60:840] = 0
    unread = [OcrLine((), (70.0, 74.0 + 40 * row, 420.0, 98.0 + 40 * row), 0.0) for row in range(5)]
    assert find_staves(image[:, :, 0])
    assert ocr._is_foreign_page(image, unread)
    notes = [OcrLine((), (70.0, 70.0 + 40 * row, 420.0, 130.0 + 40 * row), 0.0) for row in range(5)]
    assert not ocr._is_foreign_page(image, notes)


def test_lines_that_the_page_analysis_left_out_are_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(10.0, 40.0 * row, 310.0, 40.0 * row + 20) for row in range(5)]

    def as_line(text: str, box: tuple[float, float, float, float], confidence: float = 0.95) -> OcrLine:
        return OcrLine((OcrWord(text, box, confidence),), box, confidence, tight=True)

    seen = [OcrLine((), box, 0.0) for box in rows]
    half = (10.0, rows[3][1], 120.0, rows[3][3])
    page = [as_line("одна", rows[0]), as_line("две", rows[1]), as_line("три", rows[2]), as_line("чет", half)]
    asked: list[tuple[float, float, float, float]] = []

    def strips(_: object, boxes: list[tuple[float, float, float, float]], *__: object, **___: object) -> list[OcrLine]:
        asked.extend(boxes)
        return [as_line("четыре пять шесть", rows[3]), as_line("xyz", rows[4], 0.3)]

    monkeypatch.setattr(ocr_foreign, "_page_languages", lambda *_: ("rus",))
    monkeypatch.setattr(ocr_tesseract, "read_lines", lambda *_, **__: (page, True))
    monkeypatch.setattr(ocr_foreign.ocr_strips, "read_boxes", strips)
    image = np.full((240, 400, 3), 255, np.uint8)
    lines, complete = ocr_foreign.read_script(image, ocr_script.SCRIPTS["Cyrillic"], seen)
    assert complete
    assert asked == rows[3:]
    assert [line.text for line in lines] == ["одна", "две", "три", "четыре пять шесть"]


def test_numbers_and_latin_words_that_tesseract_left_out_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = [TextBox((10.0, 10.0, 60.0, 30.0), 0.9), TextBox((10.0, 50.0, 60.0, 70.0), 0.9)]
    known = OcrLine((OcrWord("год", boxes[0].bbox, 0.9),), boxes[0].bbox, 0.9)
    number = OcrLine((OcrWord("1994", boxes[1].bbox, 0.99),), boxes[1].bbox, 0.99)
    asked: list[TextBox] = []

    def recognise(_: object, wanted: list[TextBox], **__: object) -> tuple[list[OcrLine], bool]:
        asked.extend(wanted)
        return [number], True

    monkeypatch.setattr(ocr.ocr_rapid, "recognise", recognise)
    found = ocr._with_plain(np.full((100, 100, 3), 255, np.uint8), [known], boxes, None)
    assert asked == boxes[1:]
    assert [line.text for line in found] == ["год", "1994"]


def test_a_part_that_was_left_out_goes_into_its_line() -> None:
    def of_words(*words: tuple[str, float]) -> OcrLine:
        found = tuple(OcrWord(text, (x, 10.0, x + 40, 30.0), 0.9) for text, x in words)
        return OcrLine(found, (found[0].bbox[0], 10.0, found[-1].bbox[2], 30.0), 0.9)

    line, number = of_words(("давать", 10.0), ("раз", 110.0)), of_words(("23", 60.0))
    (found,) = ocr_foreign.with_lines([line], [number])
    assert found.text == "давать 23 раз"
    back = line._replace(words=tuple(reversed(line.words)))
    assert [word.text for word in ocr_foreign.with_lines([back], [number])[0].words] == ["раз", "23", "давать"]
    tight, padded = (57.0, 9.0, 103.0, 31.0), (50.0, 0.0, 130.0, 40.0)
    assert ocr_foreign.left_out([tight, padded], [number]) == []
    assert ocr_foreign.left_out([(50.0, 0.0, 250.0, 40.0)], [number]) == [(50.0, 0.0, 250.0, 40.0)]


def test_foreign_lines() -> None:
    assert not ocr_script.is_foreign(line("A plain line of English", aspect=12))
    assert ocr_script.is_foreign(line(".", aspect=20))  # seen, hardly anything read
    assert ocr_script.is_foreign(line("Bce moju po", aspect=6, confidence=0.6))
    assert ocr_script.is_foreign(line("poжdaIOTcA cBo6oDHbIMu paBHbIMu npaBax", aspect=20))


def test_chinese_and_japanese_in_bad_print_are_no_foreign_script() -> None:
    assert not ocr_script.is_foreign(line("発生すろ厳しい保持すろ雪血まみれ", aspect=11, confidence=0.7))
    assert ocr_script.is_foreign(line("発生すろ厳しい保持すろ雪血まみれ", aspect=11, confidence=0.5))
    clear, spots = line("人民数据部门您的发表商品", aspect=12), line("1 T", aspect=40, confidence=0.4)
    assert not ocr._are_foreign([clear, spots])
    assert ocr._are_foreign([spots])
    assert ocr_script.is_foreign(line("制哲5201首211 40 222立零量", aspect=18, confidence=0.7))


@pytest.mark.parametrize(("spots", "flags"), [(0, ()), (1, ("low_confidence",))])
def test_a_page_for_whose_bad_print_a_clear_line_vouches_is_flagged(
    spots: int, flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line("人民数据部门您的发表商品", aspect=12), *[line("1 T", aspect=40, confidence=0.4)] * spots]
    monkeypatch.setattr(ocr.ocr_rapid, "recognise", lambda *args, **named: (lines, True))
    boxes = [TextBox(each.bbox, 1.0) for each in lines]
    assert ocr._read(np.full((200, 200, 3), 255, np.uint8), boxes, (), None) == (lines, True, flags)


def test_languages_by_their_letters() -> None:
    cyrillic = ocr_script.SCRIPTS["Cyrillic"]
    assert ocr_script.language_of("Всі люди народжуються вільними, її право є рівним", cyrillic) == "ukr"
    assert ocr_script.language_of("Все люди рождаются свободными", cyrillic) == "rus"
    assert ocr_script.script_of("script/Cyrillic") is cyrillic
    assert ocr_script.script_of("kor") is ocr_script.SCRIPTS["Hangul"]


@pytest.mark.parametrize("smiles", ["CC(=O)Oc1ccccc1C(=O)O", "C[C@@H](N)C(=O)O", "FC(F)(F)c1cccc(Cl)c1", "C%10CCCC%10"])
def test_plausible_molecules(smiles: str) -> None:
    assert chemistry.is_plausible(smiles)


@pytest.mark.parametrize(
    "smiles", ["", "C", "CC(C", "c1ccccc", "CC)C(C", "[O](#C)CCCC", "CC*C*C*", "what is this", "C[C(CC"]
)
def test_implausible_molecules(smiles: str) -> None:
    assert not chemistry.is_plausible(smiles)


def strip_of(*letters: tuple[int, int]) -> np.ndarray:
    """A white strip with a dark bar for each letter, from x to x."""
    strip = np.full((48, 240, 3), 250, np.uint8)
    for x0, x1 in letters:
        strip[8:40, x0:x1] = 20
    return strip


def decoded(text: str, columns: list[int]) -> Decoded:
    return Decoded(tuple(text), np.array(columns), np.ones(len(text), np.float32))


def test_a_gap_as_wide_as_a_blank_parts_words() -> None:
    strip = strip_of((4, 24), (28, 48), (76, 96), (100, 120))
    assert lost_blanks(decoded("TONO", [1, 4, 10, 13]), strip) == [2]
    assert lost_blanks(decoded("TONO", [1, 4, 10, 13]), strip, 2.0) == [], "no wider than letters that are drawn out"


def test_gaps_narrower_than_the_blanks_of_the_line_part_nothing() -> None:
    strip = strip_of((4, 24), (46, 66), (104, 124), (128, 148))
    assert lost_blanks(decoded("TO NO", [1, 6, 10, 14, 16]), strip) == []


def test_no_gap_is_looked_for_beside_signs_and_in_chinese() -> None:
    strip = strip_of((4, 24), (60, 80))
    assert lost_blanks(decoded("1.", [1, 8]), strip) == []
    assert lost_blanks(decoded("11", [1, 8]), strip) == [], "a number set wide is one number"
    assert lost_blanks(decoded("中国", [1, 8]), strip) == []


def test_doubtful_chinese_on_a_latin_page_is_an_ornament() -> None:
    page = [line("Thank you, please come again", aspect=14), line("长长卡长长", aspect=9, confidence=0.4)]
    assert ocr._without_ornaments(page) == page[:1]
    sure = [page[0], line("长城饭店", aspect=4, confidence=0.95)]
    assert ocr._without_ornaments(sure) == sure
    chinese = [line("长城饭店有限公司欢迎光临", aspect=12), line("长长卡", aspect=3, confidence=0.4)]
    assert ocr._without_ornaments(chinese) == chinese


def test_rows_of_few_characters_are_ornaments() -> None:
    text = [line("长城饭店有限公司欢迎光临", aspect=12), line("哈哈哈", aspect=3)]
    stars = line("大卡长兴长长卡长长卡长卡卡长长卡", aspect=16, confidence=0.9)
    mixed, rule = line("长卡长兴卡k卡卡卡kk卡k", aspect=14, confidence=0.9), line("二二二", aspect=9, confidence=0.9)
    assert ocr._without_ornaments([text[0], stars, mixed, rule, text[1]]) == text


def test_a_dash_before_an_item_is_no_chinese_numeral() -> None:
    item = OcrLine((OcrWord("Decision-making ability.", (90, 100, 400, 140), 0.99),), (90, 100, 400, 140), 0.99)
    dash = OcrLine((OcrWord("一", (50, 112, 92, 128), 0.9),), (50, 112, 92, 128), 0.9)
    read, kept = ocr._without_ornaments([dash, item])
    assert (read.text, read.bbox) == ("–", (50, 100, 80, 140))
    assert kept == item
    chinese = [dash, line("决策能力与自我组织", aspect=9)]
    assert ocr._without_ornaments(chinese) == chinese


@pytest.mark.parametrize(
    ("text", "confidence", "borne_out"),
    [
        ("จสกับ poote หง Meso pedo antes mute apenas sober", 0.63, False),
        ("หง เคพ ซิแพ แว่น พเ ทท มวน แนม", 0.4, False),
        ("Все люди рождаются свободными", 0.6, True),
        ("Все are born free and equal in dignity", 0.9, True),
    ],
)
def test_a_page_that_reads_in_no_script_surely_is_not_in_the_one_it_was_taken_for(
    text: str, confidence: float, borne_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr_foreign, "_last_found", [])
    script = ocr_script.SCRIPTS["Cyrillic" if "Все" in text else "Thai"]
    assert ocr_foreign.bears_out([line(text, aspect=30, confidence=confidence)], script) is borne_out
    assert ocr_foreign._last_found == [script] * borne_out


def test_small_signs_on_lines_of_their_own_are_specks() -> None:
    text, number = line("The barges carried timber", aspect=20), line("1", aspect=0.3)
    speck, dash = line("'", aspect=0.2), line("–", aspect=0.9)
    speck = speck._replace(bbox=(0.0, 0.0, 2.0, 4.0))
    assert ocr._without_specks([text, speck, number, dash]) == [text, number, dash]
    assert ocr._without_specks([speck]) == [speck]


def test_unread_dots_beside_unread_lines_are_no_passages() -> None:
    lines, dot = [(0.0, 0.0, 200.0, 12.0), (0.0, 40.0, 150.0, 52.0)], (300.0, 0.0, 304.0, 5.0)
    assert ocr._larger([*lines, dot]) == lines
    assert ocr._larger([dot]) == [dot]


def test_the_script_whose_signs_are_sure_is_that_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a wrong script few are, though words of one sign look sure; digits and other letters count against it."""
    reads = {
        "tha": [(sign, 0.8) for sign in "จคดะปณตะกจค"],
        "ell": [(sign, 0.93) for sign in "0123456789αβγ"] + [("Щ", 0.93)] * 20,
        "amh": [(sign, 0.93) for sign in "የሰውልጅሁሉሲወለድነጻ"] + [("፡", 0.3)] * 20 + [("ና", 0.44)] * 6,
    }
    monkeypatch.setattr(ocr_tesseract, "languages", lambda: frozenset(reads))
    monkeypatch.setattr(ocr_tesseract, "orientation_and_script", lambda *_, **__: None)
    monkeypatch.setattr(ocr_foreign.ocr_strips, "read_signs", lambda _, __, langs, **___: reads[langs[0]])
    image, unread = np.zeros((10, 10, 3), np.uint8), [line("", aspect=30)]
    assert ocr_foreign.find_script(image, unread) == (ocr_script.SCRIPTS["Ethiopic"], ())
    del reads["amh"]
    assert ocr_foreign.find_script(image, unread) == (None, ("script_unsupported:unknown",))
