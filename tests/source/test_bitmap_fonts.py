"""TeX's bitmap fonts, whose letters Ghostscript named as dingbats and pdfTeX not at all."""

from __future__ import annotations

from typing import Any

import pytest
from made_sources import first_page, raw_pdf, stream

from docparse.schemas.page import TextQuality
from docparse.source.bitmap_fonts import has_bitmap_signs, name_bare_codes, name_tiny_letters, set_codes

# Ghostscript's Unicode of the glyphs a11 to a118 that the texts below need, by code
_SIGNS = {
    12: "☞", 16: "✏", 28: "✜", 32: "✥", 34: "✧", 39: "✬", 44: "✱", 46: "✳", 72: "❍", 78: "◆",
    84: "❚", 87: "❲", 92: "❭", 97: "❛", 98: "❜", 99: "❝", 100: "❞", 101: "❡", 102: "❢", 103: "❣",
    104: "❤", 105: "✐", 107: "❦", 108: "❧", 109: "♠", 110: "♥", 111: "♦", 112: "♣", 117: "✉",
    118: "✈", 119: "✇", 120: "①", 121: "②",
}  # fmt: skip


def bitmap_pdf(*lines: list[bytes], box: str = "0 0 500 700", named: bool = True) -> bytes:
    """Lines of words in a font of 500 units a glyph, whose blanks are gaps of 400; codes are TeX's.

    A line that begins with "\\x88" has that in a font of its own. `named`: the font names its characters as dingbats.
    """
    shown = []
    for number, words in enumerate(lines):
        parts = " -400 ".join(f"<{word.hex()}>" for word in words)
        symbols = words[0] == b"\x88" and not named
        first = f"/F2 10 Tf <88> Tj /F1 10 Tf [-400 {parts.partition('> -400 ')[2]}] TJ" if symbols else f"[{parts}] TJ"
        shown.append(f"1 0 0 1 50 {700 - 14 * number} Tm {first}")
    content = f"BT /F1 10 Tf {' '.join(shown)} ET".encode()
    codes = sorted({code for words in lines for word in words for code in word})
    names = " ".join(f"{code} /a{code}" for code in codes)
    glyphs = " ".join(f"/a{code} 6 0 R" for code in codes)
    pairs = "\n".join(f"<{code:02x}> <{ord(_SIGNS.get(code, chr(code))):04x}>" for code in codes)
    unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 begincodespacerange <00> <ff> "
        f"endcodespacerange {len(codes)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    )
    font = (
        f"<</Type/Font/Subtype/Type3/FontBBox[{box}]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 0/LastChar 255"
        f"/Widths[{'500 ' * 256}]/Encoding<</Differences[{names}]>>/CharProcs<<{glyphs}>>"
        f"/Resources<<>>{'/ToUnicode 7 0 R' * named}>>"
    )
    glyph = stream(b"500 0 0 0 450 650 d1 50 0 400 650 re f")
    more = (font.encode(), glyph, stream(unicode.encode()), font.encode())
    return raw_pdf(content, resources=b"<</Font<</F1 5 0 R/F2 8 0 R>>>>", more=more)


def dvips_pdf(*lines: bytes) -> bytes:
    """Words in a font of dots whose glyphs have their codes in base 36 for names, as Ghostscript writes it down."""
    digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".decode()
    shown = []
    for number, line in enumerate(lines):
        parts = " -30000 ".join(f"<{word.hex()}>" for word in line.split(b" "))
        shown.append(f".12 0 0 .12 50 {700 - 14 * number} Tm [{parts}] TJ")
    content = f"BT /F1 1 Tf {' '.join(shown)} ET".encode()
    codes = sorted({code for line in lines for code in line})
    names = {code: f"{digits[10 + code // 36]}{digits[code % 36]}" for code in codes}
    pairs = " ".join(f"<{code:04x}> <{code:04x}> <000d>" for code in codes if names[code] == "CR")
    unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 begincodespacerange <0000> "
        f"<ffff> endcodespacerange 1 beginbfrange {pairs} endbfrange endcmap end end"
    )
    font = (
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[1 0 0 -1 0 0]/FirstChar 0/LastChar 255"
        f"/Widths[{'45 ' * 256}]/Encoding<</BaseEncoding/WinAnsiEncoding"
        f"/Differences[{' '.join(f'{code} /{name}' for code, name in names.items())}]>>"
        f"/CharProcs<<{' '.join(f'/{name} 6 0 R' for name in names.values())}>>/Resources<<>>/ToUnicode 7 0 R>>"
    )
    glyph = stream(b"45 0 0 -60 40 0 d1 2 -60 38 60 re f")
    more = (font.encode(), glyph, stream(unicode.encode()))
    return raw_pdf(content, resources=b"<</Font<</F1 5 0 R>>>>", more=more)


def points_pdf(*lines: str) -> bytes:
    """Words in a font of points without a box, as Ghostscript writes those of dvips; "|" is a kern."""
    shown = []
    for number, line in enumerate(lines):
        parts = line.replace(" ", ")-3660(").replace("|", ")-280(")
        shown.append(f"1 0 0 -1 50 {700 - 14 * number} Tm [({parts})] TJ")
    content = f"BT /F1 1 Tf {' '.join(shown)} ET".encode()
    letters = sorted(set("".join(lines)) - set(" |"))
    font = (
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 1 -1]/FontMatrix[.009 0 0 -.009 0 0]/FirstChar 0/LastChar 255"
        f"/Widths[{'530 ' * 256}]/Encoding<</Differences[{' '.join(f'{ord(x)} /{x}' for x in letters)}]>>"
        f"/CharProcs<<{' '.join(f'/{x} 6 0 R' for x in letters)}>>/Resources<<>>>>"
    )
    glyph = stream(b"530 0 0 -600 500 0 d1 20 -600 480 600 re f")
    return raw_pdf(content, resources=b"<</Font<</F1 5 0 R>>>>", more=(font.encode(), glyph))


def texts(*lines: list[bytes], named: bool = True) -> list[str]:
    layer = first_page(bitmap_pdf(*lines, named=named)).text
    assert layer.quality is TextQuality.SOUND
    return [word.text for word in layer.words]


def test_letters_and_blanks_between_them_are_read() -> None:
    found = texts([b"The", b"model", b"of", b"a", b"new", b"kind,"], [b"which", b"we", b"explain", b"below."])
    assert found == ["The", "model", "of", "a", "new", "kind,", "which", "we", "explain", "below."]


@pytest.mark.parametrize(("ligature", "quote"), [(b"\x0c", b"\x5c"), (b"\x1c", b"\x10")])
def test_old_and_new_encoding_are_told_by_their_ligatures(ligature: bytes, quote: bytes) -> None:
    found = texts([b"To", ligature + b"nd", b"an", b"e" + ligature + b"cient", quote + b"model", b"which", b"explains"])
    assert found[1] == "find"
    assert found[3] == "eficient"
    assert found[4] == "“model"


def test_codes_without_names_are_read_as_ligatures_quotes_and_dashes() -> None:
    found = texts([b"To", b"\x1cnd", b"an", b"e\x1ecient", b"\x10model\x11", b"\x15", b"stra\xffe"], named=False)
    assert found == ["To", "find", "an", "efficient", "“model”", "–", "straße"]
    found = texts([b"To", b"\x0cnd", b"an", b"e\x0ecient", b"\x5cmodel\x22"], named=False)
    assert found == ["To", "find", "an", "efficient", "“model”"]


def test_a_font_of_symbols_alone_has_the_bullets_of_a_list() -> None:
    found = texts([b"\x88", b"The", b"first", b"item"], [b"\x88", b"the", b"last"], named=False)
    assert found == ["•", "The", "first", "item", "•", "the", "last"]


def test_fonts_of_mathematics_are_none_of_text() -> None:
    texts = {"F1": "an e\x0ecient \x0cnd", "F2": "\x0d", "F3": "\x88", "F4": "h\x0by <\x0cx", "F5": "yx"}
    spans = [{"font": font, "chars": [_char(c, k) for k, c in enumerate(text)]} for font, text in texts.items()]
    name_bare_codes([{"spans": spans}])
    found = {span["font"]: "".join(char["c"] for char in span["chars"]) for span in spans}
    assert found == {"F1": "an efficient find", "F2": "\ufffd", "F3": "•", "F4": "h\ufffdy <\ufffdx", "F5": "yx"}


def test_codes_that_are_not_those_of_tex_are_unknown_and_not_dropped() -> None:
    layer = first_page(bitmap_pdf([b"Pages", b"\x12\x13\x17", b"of", b"the"], [b"program"], named=False)).text
    assert [word.text for word in layer.words] == ["Pages", "\ufffd\ufffd\ufffd", "of", "the", "program"]


def test_letters_that_count_in_dots_have_their_names_and_sizes() -> None:
    lines = (
        b"The syntax of the speci\x0ccation is",
        b"such that each action calls a function",
        b"of the file, and the parts of a rule are read in order.",
    )
    layer = first_page(dvips_pdf(*lines)).text
    assert " ".join(word.text for word in layer.words) == (
        "The syntax of the specification is such that each action calls a function "
        "of the file, and the parts of a rule are read in order."
    )
    for word in layer.words:
        assert 8 < word.bbox[3] - word.bbox[1] < 14
        assert word.bbox[1] < word.baseline < word.bbox[3]


def test_letters_of_a_font_without_a_box_have_their_size_and_words_their_letters() -> None:
    layer = first_page(points_pdf("windo|w and o|ctave", "running")).text
    assert [word.text for word in layer.words] == ["window", "and", "octave", "running"]
    assert {round(word.size) for word in layer.words} == {10}
    assert all(word.bbox[3] - word.bbox[1] == pytest.approx(word.size) for word in layer.words)


def test_signs_that_count_in_dots_have_their_size_without_letters() -> None:
    layer = first_page(dvips_pdf(b"?", b"{1,2}", b"<<EOF>>")).text
    assert [word.text for word in layer.words] == ["?", "{1,2}", "<<EOF>>"]
    assert all(8 < word.bbox[3] - word.bbox[1] < 14 for word in layer.words)


def test_blanks_of_such_a_font_stay_where_they_part_words() -> None:
    texts = "so it was with all of those men who had the time", "to set type by hand and do it well"
    spans = [_span("Type3", 0.1, text) for text in texts]
    lines = [{"dir": (1.0, 0.0), "spans": [span]} for span in spans]
    name_tiny_letters(lines)
    assert tuple("".join(char["c"] for char in span["chars"]) for span in spans) == texts


def test_codes_of_sideways_lines_that_count_in_dots_are_known() -> None:
    shown, coded = (
        [
            {
                "dir": (0.0, -1.0),
                "spans": [_span("T26", 0.1, text)],
            }
        ]
        for text in ("de\ufffdned", "de\x0cned")
    )
    set_codes(shown, coded)
    name_tiny_letters(shown)
    name_bare_codes(shown)
    assert "".join(char["c"] for char in shown[0]["spans"][0]["chars"]) == "defined"
    assert {char["bbox"][3] for char in shown[0]["spans"][0]["chars"]} == {10}


def test_unknown_signs_of_a_text_are_known_by_their_codes_and_pictures_stay() -> None:
    shown, coded = (
        [{"spans": [_span(font, 10.0, text)]} for font, text in texts.items()]
        for texts in ({"F25": "\ufffdour \x1cles at (x-3)\ufffd3", "F9": "\ufffd"},
                      {"F25": "\x03our \x1cles at (x-3)\x023", "F9": "A"})
    )  # fmt: skip
    set_codes(shown, coded)
    name_bare_codes(shown)
    found = ["".join(char["c"] for char in line["spans"][0]["chars"]) for line in shown]
    assert found == ["˜our files at (x-3)ˆ3", "\ufffd"]


def _span(font: str, size: float, text: str) -> dict[str, Any]:
    chars = [_char(sign, place) for place, sign in enumerate(text)]
    return {"font": font, "size": size, "chars": chars, "bbox": (0.0, 0.0, 5.0 * len(text), 10.0)}


def _char(sign: str, place: int) -> dict[str, Any]:
    return {"c": sign, "bbox": (5.0 * place, 0, 5.0 * place + 5, 10), "origin": (5.0 * place, 8), "synthetic": False}


def test_typewriter_quotes_stay_where_a_font_has_no_ligatures() -> None:
    assert texts([b"print", b"'it'", b"\x15help"], named=False) == ["print", "'it'", "–help"]


def test_signs_of_a_named_font_stay() -> None:
    page = first_page(bitmap_pdf([b"\x1c", b"\x1c"]))
    signs = [word._replace(text="✜", font="ZapfDingbats") for word in page.text.words]
    assert not has_bitmap_signs(signs)


def test_a_font_of_one_sign_that_is_no_letter_keeps_it() -> None:
    page = first_page(bitmap_pdf([b"\x1c", b"\x1c"]))
    assert {word.text for word in page.text.words} == {"✜✜"}


def test_words_whose_font_says_that_they_are_tall_have_boxes_at_their_baseline() -> None:
    layer = first_page(bitmap_pdf([b"These", b"words", b"are"], [b"below", b"them"], box="0 -12000 500 0")).text
    for word in layer.words:
        assert word.bbox[1] < word.baseline < word.bbox[3]
        assert word.bbox[3] - word.bbox[1] < 2 * word.size


def test_such_a_code_stays_unknown_where_no_ligature_tells_the_encoding() -> None:
    spans = [{"font": "F1", "size": 10.0, "chars": [_char(c, k) for k, c in enumerate("USERS\x02 guide to it")]}]
    name_bare_codes([{"spans": spans}])
    assert "".join(char["c"] for char in spans[0]["chars"]) == "USERS\ufffd guide to it"
