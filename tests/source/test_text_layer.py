"""Words of a text layer: where they are cut, what is hidden, what is garbled."""

import io
import pickle

import made_sources as made
import pymupdf
import pytest

import docparse
from docparse.schemas.page import PageImage, TextLayer, TextQuality, Word, WordStyle
from docparse.source.text_layer import judge
from docparse.source.text_quality import garbled_fonts, too_garbled
from docparse.source.words import _whole, clean, span_style, with_columns

FONT = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
ENGLISH = (
    "The quick brown fox jumps over the lazy dog while seven wizards quietly mix their potions before the morning"
    " comes and nobody in the village would ever believe what happened there during the night"
)


def page_of(content: bytes, resources: bytes = FONT) -> PageImage:
    return made.first_page(made.raw_pdf(content, page=b"/MediaBox[0 0 400 300]", resources=resources))


def texts(page: PageImage) -> list[str]:
    return [word.text for word in page.text.words]


def test_words_know_their_place_size_and_font() -> None:
    first, second = made.first_page(made.text_pdf("Hello world")).text.words
    assert (first.text, second.text) == ("Hello", "world")
    assert first.size == 12
    assert first.font == "Helvetica"
    assert first.baseline == pytest.approx(60, abs=0.1)
    assert first.bbox[0] == pytest.approx(50, abs=0.5)
    assert first.bbox[2] < second.bbox[0]
    assert first.line == second.line
    assert first.confidence == 1.0


def test_words_are_cut_where_font_or_size_change() -> None:
    page = page_of(b"BT /F 12 Tf 50 200 Td (x) Tj /F 7 Tf -3 Ts (1) Tj 0 Ts /F 12 Tf ( y) Tj /F 7 Tf 5 Ts (2) Tj ET")
    x, sub, y, sup = page.text.words
    assert [x.text, sub.text, y.text, sup.text] == ["x", "1", "y", "2"]
    assert [word.space for word in (x, sub, y, sup)] == [False, True, False, True]
    assert sub.style & WordStyle.SUBSCRIPT
    assert sup.style & WordStyle.SUPERSCRIPT
    assert not x.style & (WordStyle.SUBSCRIPT | WordStyle.SUPERSCRIPT)


def named_glyph_pdf(name: str, text: bytes) -> bytes:
    """Text in Helvetica behind a sign of a second font whose table names it `name`."""
    unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 begincodespacerange <00> <ff> "
        f"endcodespacerange 1 beginbfchar\n<41> <{name.encode('utf-16-be').hex()}>\nendbfchar endcmap end end"
    )
    fonts = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>/G 5 0 R>>>>"
    sign = b"<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats/ToUnicode 6 0 R>>"
    content = b"BT /G 12 Tf 50 200 Td (A) Tj /F 12 Tf 12 0 Td (%b) Tj ET" % text
    return made.raw_pdf(
        content, page=b"/MediaBox[0 0 400 300]", resources=fonts, more=(sign, made.stream(unicode.encode()))
    )


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("✉ info@example.org", b" sales@example.org", ["✉", "sales@example.org"]),
        ("☎ +33", b" +33 4 72", ["☎", "+33", "4", "72"]),
        ("ffi", b"x y", ["ffi", "x", "y"]),  # a ligature shows all that it is named with
    ],
)
def test_words_that_a_sign_is_named_with_and_does_not_show_are_no_text(
    name: str, text: bytes, found: list[str]
) -> None:
    assert texts(made.first_page(named_glyph_pdf(name, text))) == found


def test_a_gap_parts_words_where_the_font_has_no_blank() -> None:
    assert texts(page_of(b"BT /F 12 Tf 50 200 Td [(two) -400 (words)] TJ ET")) == ["two", "words"]


def test_letterspaced_words_stay_whole() -> None:
    page = page_of(b"BT /F 12 Tf 3.5 Tc 50 200 Td (HEADING) Tj ET")
    assert texts(page) == ["HEADING"]


def test_two_words_of_one_letter_between_others_are_not_spaced_out() -> None:
    gaps = b"[(quand) -220 (il) -220 (a) -220 (y) -220 (avait) -220 (mis)] TJ"
    sideways = b"BT /F 12 Tf 0 1 -1 0 50 100 Tm (side) Tj ET"
    words = texts(page_of(b"BT /F 12 Tf 70 200 Td " + gaps + b" ET " + sideways))
    assert words == ["quand", "il", "a", "y", "avait", "mis", "side"]
    narrow = b"BT /F 12 Tf 70 200 Td [(us) -140 (i) -140 (n) -140 (g)] TJ ET "  # letters, set a little apart
    assert texts(page_of(narrow + sideways)) == ["using", "side"]


def test_overprinted_text_counts_once() -> None:
    page = page_of(b"BT /F 12 Tf 50 200 Td (Bold) Tj ET BT /F 12 Tf 50.3 200 Td (Bold) Tj ET")
    (word,) = page.text.words
    assert word.text == "Bold"
    assert word.style & WordStyle.BOLD


def test_side_text_is_flagged() -> None:
    (word,) = page_of(b"BT /F 12 Tf 0 1 -1 0 50 100 Tm (sideways) Tj ET").text.words
    assert word.text == "sideways"
    assert word.style & WordStyle.ROTATED
    assert word.bbox[3] - word.bbox[1] > word.bbox[2] - word.bbox[0]


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("o\ufb03ce", "office"),
        ("co\u00adop", "co-op"),
        ("a\0b\x07c", "abc"),
        ("\ufeffzero\u200bwidth", "zerowidth"),
        ("\ufeb3\ufefc\ufee1", "سلام"),
        ("\u2f08", "人"),
        ("नमस्ते", "नमस्ते"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("①½ﾊ", "①½ﾊ"),
    ],
)
def test_clean(raw: str, wanted: str) -> None:
    assert clean(raw) == wanted


HIDING = {
    "render mode 3": b"BT /F 12 Tf 3 Tr 50 200 Td (secret) Tj ET",
    "white on white": b"1 g BT /F 12 Tf 50 200 Td (secret) Tj ET",
    "no size": b"BT /F 0.2 Tf 50 200 Td (secret) Tj ET",
    "under a white box": b"BT /F 12 Tf 50 200 Td (secret) Tj ET 1 g 40 190 100 30 re f",
    "under a black box": b"BT /F 12 Tf 50 200 Td (secret) Tj ET 0 g 40 190 100 30 re f",
    "under two cells": b"BT /F 12 Tf 50 200 Td (secret) Tj ET 0.8 g 10 190 57 30 re f 0.5 g 67.8 190 57 30 re f",
    "black on black": b"0 g 40 190 100 30 re f BT /F 12 Tf 50 200 Td (secret) Tj ET 0 g 40 190 100 30 re f",
}


@pytest.mark.parametrize("how", HIDING)
def test_hidden_words_stand_apart(how: str) -> None:
    page = page_of(b"0 g BT /F 12 Tf 50 100 Td (visible) Tj ET " + HIDING[how])
    assert texts(page) == ["visible"]
    assert [word.text for word in page.text.hidden] == ["secret"]
    assert page.text.quality is TextQuality.SOUND
    alone = page_of(HIDING[how])
    assert alone.text.quality is TextQuality.HIDDEN
    assert alone.text.words == ()


def test_words_of_cells_drawn_over_a_hidden_line_are_seen() -> None:
    over = b"0.8 g 10 190 50 30 re f 60.5 190 50 30 re f 0 g BT /F 12 Tf 20 200 Td (up) Tj ET BT 95 200 Td (on) Tj ET"
    page = page_of(b"BT /F 12 Tf 40 200 Td (longersecret) Tj ET " + over)
    assert texts(page) == ["up", "on"]
    assert [word.text for word in page.text.hidden] == ["longersecret"]


def test_text_partly_under_a_box_is_read() -> None:
    assert texts(page_of(b"BT /F 12 Tf 50 200 Td (halfway) Tj ET 0.8 g 10 190 60 30 re f")) == ["halfway"]


def test_text_off_the_page_is_not_read() -> None:
    assert texts(page_of(b"BT /F 12 Tf 50 200 Td (here) Tj 900 0 Td (gone) Tj ET")) == ["here"]


@pytest.mark.parametrize(
    "content",
    [
        b"0 0 0.5 rg 40 190 100 30 re f 1 g BT /F 12 Tf 50 200 Td (shown) Tj ET",
        b"0.9 g 40 190 100 30 re f 0 g BT /F 12 Tf 50 200 Td (shown) Tj ET",
        b"BT /F 12 Tf 50 200 Td (shown) Tj ET 40 190 100 30 re S",
    ],
)
def test_words_on_a_ground_are_seen(content: bytes) -> None:
    page = page_of(content)
    assert texts(page) == ["shown"]
    assert page.text.hidden == ()


def test_page_without_text() -> None:
    assert page_of(b"").text.quality is TextQuality.ABSENT


def words_of(text: str, font: str = "F") -> list[Word]:
    return [Word(part, (0, 0, 1, 1), font=font) for part in text.split()]


def shifted(text: str, by: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return text.lower().translate(str.maketrans(letters, letters[by:] + letters[:by]))


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem i"
        " sumieniem i powinni postępować wobec innych w duchu braterstwa.",
        "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.",
        "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi.",
        "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Jsou nadáni rozumem a svědomím",
        "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve birbirlerine",
        "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt",
        "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью",
        "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
        "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है",
        "∫ ∑ α β γ ≤ ≥ ∂ ∇ ∈ ℝ → x y z f g",
        "12,345.67 8.90 100% 2024-01-31 (45) -7.5 €",
        "DE89370400440532013000 COBADEFFXXX GB29NWBK60161331926819 XK-201-B QRTZ-55",
    ],
)
def test_real_languages_are_sound(text: str) -> None:
    fonts, share = garbled_fonts(words_of(text))
    assert not fonts
    assert not too_garbled(share)


def numbered(text: str) -> str:
    """Letters as a subset font without names has them: each a number, in the order in which they came first."""
    first = list(dict.fromkeys(text.replace(" ", "")))
    return "".join(char if char == " " else chr(33 + first.index(char)) for char in text)


def test_tables_code_and_formulas_are_not_garbled() -> None:
    for text in (
        "12 % 13.5 % $ 4,000 #17 & 18 99 % $ 3.20; " * 8,
        'if (!found && count[i] != 0) { printf("%s;\\n", names[i]); return ~mask & 0xff; } # see @notes? ' * 3,
        "f(x)=3x^2+5; g(x)=[a|b]{1/2} x_1<y_2 " * 6,
        "0f3a 99b1 c27d 0001 ffee 12ab " * 8,
    ):
        assert garbled_fonts(words_of(text)) == (set(), 0.0), text


def test_letters_of_bitmap_fonts_have_the_size_of_their_box() -> None:
    square = b"40 0 0 0 40 80 d1 0 0 40 80 re f"
    font = (
        b"<</Font<</F<</Type/Font/Subtype/Type3/FontBBox[0 -20 40 90]/FontMatrix[1 0 0 1 0 0]/FirstChar 97/LastChar 98"
        b"/Widths[50 50]/Encoding<</Type/Encoding/Differences[97/a/b]>>/CharProcs<</a 5 0 R/b 5 0 R>>"
        b"/Resources<<>>>>>>>>"
    )
    content, box = b"BT /F .12 Tf 60 200 Td (abba) Tj ET", b"/MediaBox[0 0 400 300]"
    data = made.raw_pdf(content, page=box, resources=font, more=(made.stream(square),))
    page = made.first_page(data)
    (word,) = page.text.words
    assert word.text == "abba"
    assert 8 < word.size < 12
    assert not word.style & WordStyle.HIDDEN


@pytest.mark.parametrize(
    "text",
    [
        shifted(ENGLISH, 3),
        shifted(ENGLISH, 13),
        ENGLISH.lower().translate(str.maketrans("etaoinshrdlu", "zqxjkvbpygwf")),
        "\ue012\ue034\ue045 \ue012\ue067\ue055\ue021 \ue011\ue045",
        "\ufffd\ufffd\ufffd \ufffd\ufffd ab",
        "\x83\x84\x91 \x85\x99\x82\x81",
        numbered(ENGLISH),
        "Âñå ëþäè ðîæäàþòñÿ ñâîáîäíûìè è ðàâíûìè â ñâîåì äîñòîèíñòâå è ïðàâàõ îíè íàäåëåíû ðàçóìîì è ñîâåñòüþ",
    ],
)
def test_nonsense_is_garbled(text: str) -> None:
    assert too_garbled(garbled_fonts(words_of(text))[1])


def test_one_garbled_font_does_not_condemn_the_page() -> None:
    words = words_of(ENGLISH * 3) + words_of("\ue012\ue034 \ue045\ue011", "Symbols")
    fonts, share = garbled_fonts(words)
    assert fonts == {"Symbols"}
    assert not too_garbled(share)


def test_bullets_are_not_garbled() -> None:
    fonts, _ = garbled_fonts([Word("\uf0b7", (0, 0, 1, 1), font="Symbol")] * 9)
    assert not fonts


@pytest.mark.parametrize(("share", "quality"), [(0.6, TextQuality.GARBLED), (0.4, TextQuality.SOUND)])
def test_words_without_width_are_not_those_that_are_drawn(share: float, quality: TextQuality) -> None:
    """Of a page whose letters are drawings such words are left: its text is in its pixels."""
    words = []
    for at, text in enumerate(
        10 * ["the", "school", "was", "rebuilt", "when", "its", "pupils", "came", "back", "again"]
    ):
        box = (50.0, 20.0 + 7 * at, 50.0 + (22 if at >= 100 * share else 0), 30.0 + 7 * at)
        words.append(Word(text, box, size=10, baseline=28.0 + 7 * at, font="Arial"))
    layer, _ = judge(words)
    assert layer.quality is quality
    turned = [word._replace(bbox=(50, 20, 50, 80), style=WordStyle.ROTATED) for word in words]
    assert judge(turned)[0].quality is TextQuality.SOUND


def test_garbled_page_is_rendered_for_reading() -> None:
    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    writer = pymupdf.TextWriter(page.rect)
    writer.append((20, 60), shifted(ENGLISH, 4)[:100])
    writer.write_text(page)
    image = made.first_page(document.tobytes())
    assert image.text.quality is TextQuality.GARBLED
    assert "Unicode" in image.text.reason
    assert image.pixels is not None


def test_a_text_layer_survives_its_way_through_a_pipe() -> None:
    shown = Word("x", (1.5, 2.25, 3.0, 4.0), 9.5, "Font", 3, 0xFF0000, 3.75, 7, False, 0.5)
    hidden = Word("y", (0.0, 0.0, 1.0, 1.0), style=64)
    for layer in (TextLayer((shown, hidden), TextQuality.SOUND, "why", (hidden,)), TextLayer()):
        again = pickle.loads(pickle.dumps(layer))
        assert again == layer
        assert all(type(word) is Word for word in again.words)


def test_words_under_a_black_bar_are_bars() -> None:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((60, 100), "The witness Eleanor Whitcombe lives at the old mill.", fontsize=11)
    page.insert_text((60, 130), "Nothing is hidden in this line, which is only marked.", fontsize=11)
    for word in ("Eleanor", "Whitcombe"):
        page.draw_rect(page.search_for(word)[0], fill=(0, 0, 0))
    page.draw_rect(page.search_for("hidden")[0], color=None, fill=(1, 1, 0), fill_opacity=0.5)
    data = io.BytesIO(document.tobytes())
    text = " ".join(block.text for block in docparse.parse(data, engine="embedded-fast").pages[0].blocks)
    assert "The witness ███████ █████████ lives" in text
    assert "Nothing is hidden in this line" in text


def test_characters_set_under_one_another_run_down() -> None:
    words = [
        Word(char, (100, 20 + 12 * i, 112, 32 + 12 * i), 12.0, line=i)
        for i, char in enumerate("山のふもとの小さな村に橋が")
    ]
    assert all(word.style & WordStyle.DOWN for word in with_columns(words))
    across = [word._replace(bbox=(20 + 12 * i, 100, 32 + 12 * i, 112)) for i, word in enumerate(words)]
    assert with_columns(across) == across
    assert with_columns(words[:6]) == words[:6]


def test_shadows_are_read_once() -> None:
    document = pymupdf.open()
    page = document.new_page()
    for shift in (1.2, 0.0):
        page.insert_text((60 + shift, 100 + shift), "Shadowed title", fontsize=20)
    page.insert_text((60, 200), "the end of the day of the year", fontsize=11)
    words = [word.text for word in made.first_page(document.tobytes()).text.words]
    assert words == ["Shadowed", "title", *["the", "end", "of", "the", "day", "of", "the", "year"]]


def test_short_words_beside_a_spaced_out_one_are_whole() -> None:
    body = b"0 Tc 0 -30 Td (and the text that is set below the title has its own blanks) Tj ET"
    assert texts(page_of(b"BT /F 11 Tf 5 Tc 60 200 Td (OUR PEOPLE) Tj " + body))[:3] == ["OUR", "PEOPLE", "and"]
    spans = [{"font": "F", "size": 9.0, "color": 0, "flags": 0, "alpha": 255, "char_flags": 16}] * 9
    apart = [{**span, "chars": [{"c": char}]} for span, char in zip(spans, "OUR  ONES", strict=True)]
    assert ["".join(char["c"] for char in span["chars"]) for span in _whole(apart)] == ["OUR  ONES"]


@pytest.mark.parametrize(
    ("font", "text", "shown"),
    [
        ("Wingdings-Regular", b"q", "❑"),
        ("Wingdings", b"n", "■"),
        ("Wingdings2", b"q", "q"),
        ("OpenSymbol", b"!", "•"),
        ("Helvetica", b"q", "q"),
    ],
)
def test_signs_that_a_font_passes_off_as_letters_are_what_they_show(font: str, text: bytes, shown: str) -> None:
    fonts = f"<</Font<</F<</Type/Font/Subtype/TrueType/BaseFont/{font}>>>>>>".encode()
    pdf = made.raw_pdf(b"BT /F 12 Tf 50 200 Td (%b) Tj ET" % text, page=b"/MediaBox[0 0 400 300]", resources=fonts)
    assert texts(made.first_page(pdf)) == [shown]


@pytest.mark.parametrize(("width", "bold"), [(b"0.34", True), (b"0.05", False), (b"2", False)])
def test_letters_with_a_stroke_around_them_are_bold(width: bytes, bold: bool) -> None:
    page = page_of(width + b" w BT /F 12 Tf 50 200 Td 2 Tr (Heavy) Tj 0 Tr ( light) Tj ET")
    assert [(word.text, bool(word.style & WordStyle.BOLD)) for word in page.text.words] == [
        ("Heavy", bold), ("light", False)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("font", "style"),
    [
        ("CMBX10", WordStyle.BOLD), ("CMB10", WordStyle.BOLD), ("CMBSY10", 0),
        ("SFBX1200", WordStyle.BOLD), ("LMRomanDemi10-Regular", WordStyle.BOLD),
        ("NimbusRomNo9L-Medi", WordStyle.BOLD), ("AvantGarde-Demi", WordStyle.BOLD), ("FuturaBT-Heavy", WordStyle.BOLD),
        ("CMSL10", WordStyle.ITALIC), ("LMRomanSlant10-Regular", WordStyle.ITALIC), ("CMBXTI10", 3),
        ("Jost-Medium", 0), ("CMR10", 0), ("MinionPro-Medium", 0),
    ],
)  # fmt: skip
def test_names_of_fonts_say_how_they_look_where_flags_do_not(font: str, style: int) -> None:
    span = {"font": font, "size": 10.0, "flags": 4, "char_flags": 16, "alpha": 255, "origin": (0.0, 0.0)}
    assert span_style(span, 0.0, 0.0) & (WordStyle.BOLD | WordStyle.ITALIC) == style


def test_a_letter_whose_font_says_a_box_far_above_it_stands_on_its_baseline() -> None:
    fonts = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>/G 5 0 R>>>>"
    font = (
        b"<</Type/Font/Subtype/Type3/FontMatrix[.01204 0 0 .01204 0 0]/FontBBox[24 27 35 52]/FirstChar 39/LastChar 39"
        b"/Widths[42]/Encoding<</Differences[39/quotesingle]>>/CharProcs<</quotesingle 6 0 R>>>>"
    )
    glyph = b"42 0 24 27 35 52 d1 24 27 11 25 re f"
    content = b"BT /F 10 Tf 50 200 Td (first) Tj /G 10 Tf 30 0 Td (') Tj /F 10 Tf 8 0 Td (week) Tj ET"
    more = (font, made.stream(glyph))
    words = made.first_page(
        made.raw_pdf(content, page=b"/MediaBox[0 0 400 300]", resources=fonts, more=more)
    ).text.words
    quote = next(word for word in words if "'" in word.text)
    assert quote.bbox[1] < quote.baseline <= quote.bbox[3]
    assert quote.baseline == pytest.approx(100)
