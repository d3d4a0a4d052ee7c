"""Signs of mathematics from fonts whose glyphs are named after letters and figures."""

from __future__ import annotations

import pytest
from made_sources import first_page, raw_pdf

from docparse.schemas.page import Word, WordStyle

NAMES = "2/C0/C138/C1"  # the codes that a subset gives to glyphs without a usual name


def words_of(*runs: tuple[str, str, str], names: str = NAMES, width: int = 500) -> list[Word]:
    """Words of a page with these runs: a font, where it stands ("" is behind the last) and its string."""
    fonts = sorted({font for font, _, _ in runs})
    resources = " ".join(f"/F{place} {5 + place} 0 R" for place in range(len(fonts)))
    objects = [
        f"<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+{font}/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding"
        f"/Differences[{names}]>>/FirstChar 0/LastChar 255/Widths[{f'{width} ' * 256}]>>"
        for font in fonts
    ]
    content = "BT " + " ".join(
        f"/F{fonts.index(font)} 10 Tf " + (f"1 0 0 1 {place} Tm " if place else "") + f"({text}) Tj"
        for font, place, text in runs
    )
    made = raw_pdf(
        (content + " ET").encode("latin-1"), resources=f"<</Font<<{resources}>>>>".encode(),
        more=tuple(body.encode() for body in objects),
    )  # fmt: skip
    return list(first_page(made).text.words)


def text_of(*runs: tuple[str, str, str], names: str = NAMES) -> str:
    return "".join(word.text + " " * word.space for word in words_of(*runs, names=names)).strip()


@pytest.mark.parametrize("font", ["AdvP4C4E74", "AdvMacMthSyN", "QZJ+Unnamed7"])
def test_brackets_named_after_icelandic_letters(font: str) -> None:
    """The third is known by its characters alone: "ð" and "Þ" come in pairs in it."""
    runs = (
        ("Times", "50 500", "f"), (font, "", "\xf0"), ("Times", "", "x"), (font, "", "\xde"), (font, "80 500", "\xbc"),
        ("Times", "90 500", "g"), (font, "", "\xf0"), ("Times", "", "x"), (font, "", "\xde"),
    )  # fmt: skip
    assert text_of(*runs) == "f(x) = g(x)"


def test_glyphs_by_their_numbers_in_tex() -> None:
    runs = (("Times", "50 500", "a"), ("AdvP4C4E74", "60 500", "\xbd"), ("AdvP4C4E74", "", "\\002\\004\\003"))
    assert text_of(*runs) == "a [−·]"


def test_letters_of_icelandic_stay() -> None:
    assert text_of(("Times", "50 500", "Það er það")) == "Það er það"
    assert text_of(("Times", "50 500", "1\xbc cups")) == "1¼ cups"
    other = ("Fallback", "", "\xf0")  # a font that stands in where another lacks a letter
    runs = (
        ("Fallback", "50 500", "\xde"),
        ("Times", "", "a"),
        other,
        ("Times", "65 500", "ver"),
        other,
        ("Times", "", "ur"),
    )
    assert [word.text for word in words_of(*runs)] == ["Þ", "a", "ð", "ver", "ð", "ur"]
    assert text_of(("Times", "50 500", "1"), ("Fallback", "", "\xbc\xbd")) == "1¼½"


def test_brackets_drawn_in_one_go_stand_around() -> None:
    """Such files draw "x", go back and draw both brackets: "f(x) = 1" is "f x ð Þ ¼ 1" in the file."""
    runs = (
        ("Times", "50 500", "f"), ("Times", "60 500", "x"), ("AdvP4C4E74", "55 500", "\xf0"),
        ("AdvP4C4E74", "65 500", "\xde"), ("AdvP4C4E74", "80 500", "\xbc"), ("Times", "90 500", "1"),
    )  # fmt: skip
    assert text_of(*runs) == "f(x) = 1"


def test_mathematical_pi_by_its_keys() -> None:
    runs = (
        ("Times", "50 500", "p"), ("AdvP7DA6", "60 500", "#"), ("Times", "70 500", "0.05"),
        ("AdvP43B38B", "100 500", "v"), ("AdvP40798", "110 500", "~"), ("AdvP40798", "120 500", "{"),
        ("Times", "", "2"), ("AdvP3EAA99", "140 500", "D"),
    )  # fmt: skip
    assert text_of(*runs) == "p ≤ 0.05 ω = −2 Δ"


def test_mathematical_pi_by_the_numbers_of_its_glyphs() -> None:
    runs = (
        ("Times", "50 500", "n"), ("MathematicalPi-One", "60 500", "\\001"), ("Times", "70 500", "3, p"),
        ("MathematicalPi-One", "95 500", "\\002"), ("Times", "105 500", "0.01,"),
        ("MathematicalPi-One", "130 500", "\\003"),
    )  # fmt: skip
    found = [word.text for word in words_of(*runs, names="1/H11005/H11021/H9273")]
    assert found == ["n", "=", "3,", "p", "<", "0.01,", "χ"]


def test_a_bracket_of_the_extension_font_hangs_as_texs_do() -> None:
    """The largest "(" has the code of a blank; both brackets stand on the baseline of what they hold."""
    runs = (
        ("AdvP4C4E46", "50 512", " "), ("Times", "60 500", "xy"), ("AdvP4C4E46", "75 512", "!"),
        ("AdvP4C4E46", "90 514", "X"),
    )  # fmt: skip
    found = {word.text: word for word in words_of(*runs, names="32/space 33/exclam", width=700)}
    assert {"(", ")", "∑"} <= found.keys()
    inner = found["xy"]
    assert found[")"].bbox[1] < inner.bbox[1] < inner.bbox[3] < found[")"].bbox[3]
    assert abs(found["∑"].baseline - inner.baseline) < 5


@pytest.mark.parametrize(
    ("font", "bold", "italic"),
    [
        ("AdvOT1415ea69.B", True, False), ("AdvOT7d6df7ab.I", False, True), ("AdvOT8244d044.BI+03", True, True),
        ("AdvOT1ef757c0", False, False), ("AdvOT1ef757c0.Black", False, False),
    ],
)  # fmt: skip
def test_weight_and_slope_by_arbortexts_names(font: str, bold: bool, italic: bool) -> None:
    [word] = words_of((font, "50 500", "Results"))
    assert (bool(word.style & WordStyle.BOLD), bool(word.style & WordStyle.ITALIC)) == (bold, italic)
