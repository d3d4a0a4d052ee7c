"""Tables and columns joined, captions and footnotes tied, order mended, every step with its switch."""

from __future__ import annotations

import pytest

from docparse.assemble import PageDraft, assemble
from docparse.geometry import Box
from docparse.options import ParseOptions
from docparse.schemas.document import (
    Block,
    Caption,
    Cell,
    Document,
    EngineInfo,
    Footnote,
    Heading,
    Image,
    Link,
    ListBlock,
    ListItem,
    Page,
    PageFooter,
    PageHeader,
    Paragraph,
    Part,
    SourceInfo,
    Table,
)

LONG = "some words that make a paragraph of several lines in a narrow column of the page"


def page(number: int, *blocks: Block, engine: str = "qwen") -> PageDraft:
    for index, block in enumerate(blocks, 1):
        block.id, block.page, block.order = f"p{number}-b{index}", number, index
    made = Page(
        number=number, width=600, height=800, image_width=600, image_height=800, blocks=list(blocks), engine=engine
    )
    return PageDraft(made)


def paragraph(text: str, box: Box) -> Paragraph:
    return Paragraph(text=text, bbox=box)


def table(box: Box, *rows: str, header: bool = True) -> Table:
    lines = [row.split("|") for row in rows]
    cells = [
        Cell(row=r, col=c, text=text, header=header and r == 0, bbox=(0, 0, 1, 1))
        for r, line in enumerate(lines)
        for c, text in enumerate(line)
    ]
    return Table(rows=len(lines), cols=len(lines[0]), cells=cells, bbox=box)


def run(*drafts: PageDraft, **options: bool) -> Document:
    document = Document(
        source=SourceInfo(name="x"), engine=EngineInfo(name="qwen"), pages=[draft.page for draft in drafts]
    )
    assemble(document, drafts, outline=[], options=ParseOptions(**options))  # type: ignore[arg-type]
    return document


def ids(document: Document, number: int = 1) -> list[str]:
    return [block.id for block in document.pages[number - 1].blocks]


def halves() -> tuple[PageDraft, PageDraft]:
    return (
        page(
            1, table((50, 500, 550, 760), "Name|Age", "Ann|7", "Ben|8"), PageFooter(text="x", bbox=(50, 780, 90, 790))
        ),
        page(2, table((50, 60, 550, 300), "Name|Age", "Cat|9"), paragraph("After.", (50, 320, 500, 330))),
    )


def test_a_table_over_the_page_break_keeps_one_header_and_both_boxes() -> None:
    document = run(*halves())
    joined = document.pages[0].blocks[0]
    assert isinstance(joined, Table)
    assert (joined.rows, joined.cols) == (4, 2)
    assert [cell.text for cell in joined.cells] == ["Name", "Age", "Ann", "7", "Ben", "8", "Cat", "9"]
    assert [(part.page, part.bbox[1]) for part in joined.parts] == [(1, 500.0), (2, 60.0)]
    assert [cell.bbox is None for cell in joined.cells] == [False] * 6 + [True] * 2
    assert "joined" in joined.flags
    assert ids(document, 2) == ["p2-b2"]
    assert len(run(*halves(), join=False).pages[1].blocks) == 2


def test_a_table_without_header_goes_on_where_its_edges_agree() -> None:
    first = page(1, table((50, 500, 550, 760), "Name|Age", "Ann|7"))
    second = page(2, table((52, 60, 549, 300), "Cat|9", "Dan|10", header=False))
    joined = run(first, second).pages[0].blocks[0]
    assert isinstance(joined, Table)
    assert joined.rows == 4


@pytest.mark.parametrize(
    "second",
    [
        table((50, 60, 550, 300), "City|Size", "Rom|9"),  # a header of its own
        table((150, 60, 450, 300), "Cat|9", header=False),  # other edges
        table((50, 500, 550, 700), "Cat|9", header=False),  # far down the page
        table((50, 60, 550, 300), "Cat|9|x", header=False),  # another shape
    ],
)
def test_two_tables_stay_two(second: Table) -> None:
    first = page(1, table((50, 500, 550, 760), "Name|Age", "Ann|7"))
    document = run(first, page(2, second.model_copy(deep=True)))
    assert [len(p.blocks) for p in document.pages] == [1, 1]


def test_a_caption_that_says_so_joins_tables() -> None:
    caption = Caption(text="Table 3 (continued)", bbox=(50, 40, 200, 50))
    document = run(
        page(1, table((50, 200, 550, 400), "Name|Age", "Ann|7")),
        page(2, caption, table((50, 60, 550, 300), "Name|Age", "Cat|9")),
    )
    assert document.pages[1].blocks == []
    assert isinstance(document.pages[0].blocks[0], Table)
    assert document.pages[0].blocks[0].rows == 3


def numbered(*texts: str) -> ListBlock:
    items = [
        ListItem(text=text.split(" ", 1)[1], marker=text.split(" ", 1)[0], bbox=(50, 80, 500, 90)) for text in texts
    ]
    return ListBlock(items=items, ordered=True, bbox=(50, 60, 500, 200))


@pytest.mark.parametrize(
    ("last", "first"),
    [
        (paragraph("1. Everyone has the right.", (50, 700, 500, 730)), paragraph("2. And so.", (50, 60, 500, 90))),
        (numbered("1. One.", "2. Two."), paragraph("3. Everyone has the right.", (50, 60, 500, 90))),
        (paragraph("(4) Everyone has the right.", (50, 700, 500, 730)), numbered("(5) Five.", "(6) Six.")),
    ],
)
def test_items_that_count_on_over_the_page_break_are_items(last: Block, first: Block) -> None:
    document = run(page(1, last.model_copy(deep=True)), page(2, first.model_copy(deep=True)))
    (before,), (after,) = (p.blocks for p in document.pages)
    assert isinstance(before, ListBlock)
    assert isinstance(after, ListBlock)
    assert int(after.items[0].marker.strip("().")) == int(before.items[-1].marker.strip("().")) + 1
    assert not after.items[0].text.startswith(after.items[0].marker)
    assert ids(document, 2) == ["p2-b1"]


def test_links_of_such_an_item_keep_their_words() -> None:
    last = paragraph("1. See the annex.", (50, 700, 500, 730))
    last.links = [Link(text="annex", start=11, uri="https://example.org")]
    document = run(page(1, last), page(2, paragraph("2. And so.", (50, 60, 500, 90))))
    made = document.pages[0].blocks[0]
    assert isinstance(made, ListBlock)
    item = made.items[0]
    assert [item.text[link.start or 0 :][: len(link.text)] for link in item.links] == ["annex"]


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("1. Everyone has the right.", "3. And so."),
        ("1. Everyone has the right.", "2) And so."),
        ("1914 was a year.", "1915 was another."),
        ("Everyone has the right.", "1. And so."),
        ("4. Data structures . . . . . 12", "5. Functions . . . . . 13"),
    ],
)
def test_paragraphs_that_do_not_count_on_stay_paragraphs(last: str, first: str) -> None:
    document = run(page(1, paragraph(last, (50, 700, 500, 730))), page(2, paragraph(first, (50, 60, 500, 90))))
    assert [block.kind for p in document.pages for block in p.blocks] == ["paragraph", "paragraph"]


def test_entries_of_an_index_go_on_over_no_break() -> None:
    index = "object stream, 7\noutline text, 38\noutput files, 1\nowner password, 3, 12"
    columns = page(
        1,
        paragraph(index, (50, 600, 280, 700)),
        paragraph("version number, 6, 73–75\nwatermarks, 33", (320, 60, 550, 160)),
    )
    document = run(columns, page(2, paragraph("xref table, 9", (50, 60, 280, 70))))
    assert [len(p.blocks) for p in document.pages] == [2, 1]


def test_a_sentence_over_the_column_break_is_joined() -> None:
    def draft() -> PageDraft:
        return page(
            1, paragraph(f"{LONG} and is bro-", (50, 600, 280, 700)), paragraph(f"ken {LONG}.", (320, 60, 550, 160)),
            paragraph("Next.", (320, 200, 550, 220)),
        )  # fmt: skip

    document = run(draft())
    head = document.pages[0].blocks[0]
    assert isinstance(head, Paragraph)
    assert "and is broken some words" in head.text
    assert [part.bbox[0] for part in head.parts] == [50.0, 320.0]
    assert ids(document) == ["p1-b1", "p1-b3"]
    kept = run(draft(), dehyphenate=False).pages[0].blocks[0]
    assert isinstance(kept, Paragraph)
    assert "bro- ken" in kept.text
    assert len(run(draft(), join=False).pages[0].blocks) == 3


def test_pieces_of_one_line_are_no_columns() -> None:
    draft = page(1, paragraph("so many", (50, 100, 100, 110)), paragraph("small words", (120, 100, 170, 110)))
    assert len(run(draft).pages[0].blocks) == 2


def test_compounds_keep_their_hyphen() -> None:
    head = paragraph("a well-", (50, 700, 500, 720))
    run(page(1, head), page(2, paragraph("known fact.", (50, 60, 500, 80))))
    assert head.text == "a well-known fact."


def test_figures_do_not_part_a_sentence_over_the_page_break() -> None:
    document = run(
        page(1, paragraph("It goes on and", (50, 300, 500, 320)), Image(bbox=(50, 400, 500, 700))),
        page(2, Image(bbox=(50, 50, 500, 300)), paragraph("on and on.", (50, 320, 500, 340))),
    )
    assert ids(document, 1) == ["p1-b1", "p1-b2"]
    assert ids(document, 2) == ["p2-b1"]


def test_captions_meet_their_figures_and_tables() -> None:
    figure, other = Image(bbox=(50, 100, 300, 300)), Image(bbox=(320, 100, 570, 300))
    below, beside = (
        Caption(text="Figure 1. Left", bbox=(50, 305, 300, 320)),
        Caption(text="Figure 2. Right", bbox=(320, 305, 570, 320)),
    )
    above, far = (
        Caption(text="Table 1: Ages", bbox=(50, 400, 300, 412)),
        Caption(text="Figure 9", bbox=(50, 700, 300, 712)),
    )
    ages = table((50, 415, 300, 500), "Name|Age", "Ann|7")
    run(page(1, figure, other, below, beside, above, ages, far))
    assert (below.target, beside.target, above.target) == (figure.id, other.id, ages.id)
    assert far.target is None
    again = Caption(text="Figure 1. Left", bbox=(50, 305, 300, 320))
    run(page(1, Image(bbox=(50, 100, 300, 300)), again), captions=False)
    assert again.target is None


@pytest.mark.parametrize(
    ("marker", "text"),
    [
        ("3", "as shown$^{3}$ before"),
        ("3", "as shown³ before"),
        ("3", "as shown².³ Then"),
        ("a", "12.5ᵃ"),
        ("3", "as shown.3 Then"),
        ("*", "so*"),
    ],
)
def test_footnotes_meet_the_text_that_refers_to_them(marker: str, text: str) -> None:
    other = paragraph("3 pages and 13 words, 3.5 in all; x3y, 10³² and a", (50, 50, 500, 80))
    body, note = paragraph(text, (50, 100, 500, 200)), Footnote(text="A note.", marker=marker, bbox=(50, 700, 500, 710))
    run(page(1, other, body, note))
    assert note.target == body.id
    note.target = None
    run(page(1, other, body, note), footnotes=False)
    assert note.target is None


def test_blocks_that_came_last_are_put_where_they_stand() -> None:
    def draft(engine: str) -> PageDraft:
        return page(
            1, paragraph("Left. " + LONG, (50, 100, 280, 400)), paragraph("Right. " + LONG, (320, 100, 550, 400)),
            PageFooter(text="foot", bbox=(50, 780, 100, 790)), Heading(text="Title", bbox=(50, 60, 550, 80)),
            PageHeader(text="head", bbox=(50, 20, 300, 30)),
            engine=engine,
        )  # fmt: skip

    document = run(draft("qwen"))
    assert ids(document) == ["p1-b5", "p1-b4", "p1-b1", "p1-b2", "p1-b3"]
    assert [block.order for block in document.pages[0].blocks] == [1, 2, 3, 4, 5]
    assert "reordered" in document.pages[0].flags
    for same in (run(draft("qwen"), reorder=False), run(draft("embedded"))):
        assert ids(same) == ["p1-b1", "p1-b2", "p1-b3", "p1-b4", "p1-b5"]


def test_good_order_is_left_alone() -> None:
    draft = page(
        1, Heading(text="Title", bbox=(50, 60, 550, 80)), paragraph("a", (50, 100, 280, 200)),
        paragraph("b", (50, 210, 280, 400)), paragraph("c", (320, 100, 550, 200)), paragraph("d", (320, 210, 550, 400)),
        paragraph("wide", (50, 420, 550, 500)),
    )  # fmt: skip
    document = run(draft)
    assert ids(document) == [f"p1-b{n}" for n in range(1, 7)]
    assert document.pages[0].flags == []


def test_levels_and_running_elements_have_switches() -> None:
    def drafts() -> list[PageDraft]:
        made = [
            page(n, paragraph("Annual report", (50, 20, 200, 32)), Heading(text=f"{n}.1 Part", level=4,
                 bbox=(50, 60, 300, 80)), paragraph("Body of the page.", (50, 100, 500, 300)))
            for n in (1, 2, 3)
        ]  # fmt: skip
        for draft in made:
            draft.sizes = {draft.page.blocks[1].id: 14.0}
        return made

    kinds = {block.kind for p in run(*drafts(), running=False).pages for block in p.blocks}
    assert "page_header" not in kinds
    levels = [b.level for p in run(*drafts(), levels=False).pages for b in p.blocks if isinstance(b, Heading)]
    assert levels == [4, 4, 4]
    assert [b.level for p in run(*drafts()).pages for b in p.blocks if isinstance(b, Heading)] == [1, 1, 1]


def test_links_go_with_their_words_over_a_page_break() -> None:
    first = paragraph(f"{LONG} and the home-", (50, 700, 550, 760))
    second = paragraph("page of it, which ends.", (50, 50, 550, 80))
    for block, words, number in ((first, "home-", 1), (second, "page", 2)):
        place = Part(page=number, bbox=(0, 0, 9, 9))
        link = Link(text=words, start=block.text.index(words), uri="https://e.org", parts=[place])
        block.links = [link]
    second.links.append(Link(text="ends", start=18, uri="https://e.org/end"))
    joined = run(page(1, first), page(2, second)).pages[0].blocks[0]
    assert isinstance(joined, Paragraph)
    assert [(link.text, [part.page for part in link.parts]) for link in joined.links] == [
        ("homepage", [1, 2]),
        ("ends", []),
    ]
    assert all(joined.text.startswith(link.text, link.start) for link in joined.links)


def test_running_lines_keep_their_links() -> None:
    def head(number: int) -> PageDraft:
        line = paragraph("The Journal", (50, 20, 200, 30))
        line.links = [Link(text="Journal", start=4, uri="https://e.org")]
        return page(number, line, paragraph(LONG + ".", (50, 300, 550, 340)))

    for made in run(*map(head, (1, 2, 3))).pages:
        assert isinstance(made.blocks[0], PageHeader)
        assert [link.text for link in made.blocks[0].links] == ["Journal"]


def test_entries_of_an_index_do_not_go_on_in_the_next_column() -> None:
    left = paragraph("window-help . . . . . . . . . 5\nwindow-quit . . . . . . . . . 4", (50, 100, 280, 160))
    right = paragraph("window-save . . . . . . . . . 5\nwindow-set . . . . . . . . . 7", (310, 100, 540, 160))
    document = run(page(1, left, right))
    assert [len(block.text.split("\n")) for block in document.pages[0].blocks if isinstance(block, Paragraph)] == [2, 2]
