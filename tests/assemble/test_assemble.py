"""Running elements, heading levels and joined paragraphs."""

from __future__ import annotations

from docparse.assemble import PageDraft, assemble
from docparse.geometry import Box
from docparse.options import ParseOptions
from docparse.schemas.document import (
    Block,
    Document,
    EngineInfo,
    Heading,
    Page,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    SourceInfo,
)


def page(number: int, *blocks: Block) -> PageDraft:
    for index, block in enumerate(blocks, 1):
        block.id, block.page, block.order = f"p{number}-b{index}", number, index
    return PageDraft(Page(number=number, width=600, height=800, image_width=600, image_height=800, blocks=list(blocks)))


def paragraph(text: str, box: Box) -> Paragraph:
    return Paragraph(text=text, bbox=box)


def run(drafts: list[PageDraft], outline: list[tuple[int, str, int]] | None = None, **options: bool) -> Document:
    document = Document(
        source=SourceInfo(name="x"), engine=EngineInfo(name="embedded"), pages=[draft.page for draft in drafts]
    )
    assemble(document, drafts, outline=outline or [], options=ParseOptions(**options))  # type: ignore[arg-type]
    return document


def test_margin_text_of_page_after_page_is_labelled() -> None:
    drafts = [
        page(
            n,
            paragraph("Annual report 2024", (50, 20, 200, 32)),
            paragraph(f"Body of page {n} that ends.", (50, 100, 500, 300)),
            paragraph(str(n), (290, 770, 300, 780)),
        )
        for n in range(1, 6)
    ]
    document = run(drafts)
    assert {tuple(block.kind for block in p.blocks) for p in document.pages} == {
        ("page_header", "paragraph", "page_number")
    }
    assert document.pages[2].blocks[0].id == "p3-b1"


def test_body_text_and_single_margin_text_stay() -> None:
    drafts = [
        page(1, paragraph("Only here", (50, 20, 200, 32)), paragraph("Same words.", (50, 300, 200, 320))),
        page(2, paragraph("And here", (50, 20, 200, 32)), paragraph("Same words.", (50, 300, 200, 320))),
    ]
    assert [block.kind for p in run(drafts).pages for block in p.blocks] == ["paragraph"] * 4


def test_numbers_deep_in_the_page_are_its_own_only_where_they_count() -> None:
    def kinds(numbers: tuple[int, int, int]) -> set[str]:
        drafts = [
            page(n, paragraph(f"Body {n}.", (50, 100, 500, 300)), paragraph(str(number), (290, 660, 300, 670)))
            for n, number in enumerate(numbers, 1)
        ]
        return {p.blocks[1].kind for p in run(drafts).pages}

    assert kinds((7, 8, 9)) == {"page_number"}
    assert kinds((7, 3, 9)) == {"paragraph"}


def test_a_number_alone_on_its_page_is_a_page_number_where_those_of_others_stand_and_count() -> None:
    def pages(lone: str) -> list[PageDraft]:
        numbered = [
            page(
                n, paragraph("Body that ends.", (50, 100, 500, 300)), PageNumber(text=f"{n}", bbox=(500, 770, 510, 782))
            )
            for n in (1, 3)
        ]
        return [numbered[0], page(2, paragraph(lone, (500, 770, 510, 782))), numbered[1]]

    assert [block.kind for block in run(pages("2")).pages[1].blocks] == ["page_number"]
    assert [block.kind for block in run(pages("7")).pages[1].blocks] == ["paragraph"]


def test_a_head_with_its_page_number_is_no_heading_though_the_outline_names_it() -> None:
    draft = page(
        1,
        PageHeader(text="The whole story", bbox=(50, 20, 200, 32)),
        paragraph("Body.", (50, 100, 500, 300)),
        PageNumber(text="9", bbox=(490, 20, 500, 32)),
    )
    blocks = run([draft], outline=[(1, "The whole story", 1)]).pages[0].blocks
    assert blocks[0].kind == "page_header"


def test_levels_follow_size_numbering_and_outline() -> None:
    big, middle, small = (
        Heading(text=t, bbox=(50, y, 300, y + 20)) for t, y in (("Title", 50), ("1 A", 100), ("1.1 B", 150))
    )
    other = Heading(text="2 C", bbox=(50, 200, 300, 220))
    draft = page(1, big, middle, small, other)
    draft.sizes = {big.id: 24.0, middle.id: 14.0, small.id: 14.2, other.id: 14.0}
    run([draft])
    assert (big.level, middle.level, small.level, other.level) == (1, 2, 3, 2)
    run([draft], outline=[(1, "1 A", 1), (2, "Title", 1)])
    assert (big.level, middle.level) == (2, 1)


def test_a_sentence_over_the_page_break_is_joined_with_both_boxes() -> None:
    def drafts() -> list[PageDraft]:
        return [
            page(1, paragraph("It goes on and is not fin-", (50, 700, 500, 720))),
            page(2, paragraph("ished here.", (50, 60, 500, 80)), paragraph("Next.", (50, 100, 500, 120))),
        ]

    document = run(drafts())
    head = document.pages[0].blocks[0]
    assert isinstance(head, Paragraph)
    assert head.text == "It goes on and is not finished here."
    assert [(part.page, part.bbox[1]) for part in head.parts] == [(1, 700.0), (2, 60.0)]
    assert [getattr(block, "text", "") for block in document.pages[1].blocks] == ["Next."]
    assert len(run(drafts(), join=False).pages[1].blocks) == 2


def test_finished_sentences_and_gaps_between_pages_are_not_joined() -> None:
    drafts = [
        page(1, paragraph("It is finished.", (50, 700, 500, 720))),
        page(2, paragraph("small letters first", (50, 60, 500, 80))),
        page(4, paragraph("after a page that was left out", (50, 60, 500, 80))),
    ]
    assert [len(p.blocks) for p in run(drafts).pages] == [1, 1, 1]


def test_what_the_outline_names_is_a_heading_once_a_page() -> None:
    drafts = [
        page(
            n,
            PageHeader(text=f"Chapter {n} of the story", bbox=(50, 20, 200, 32)),
            paragraph("A small section", (50, 300, 200, 312)),
            paragraph("A small section", (50, 500, 200, 512)),
        )
        for n in (1, 2)
    ]
    document = run(drafts, outline=[(1, "1. Chapter 1 of the story", 1), (2, "A small\nsection", 2)])
    assert [[block.kind for block in p.blocks] for p in document.pages] == [
        ["heading", "paragraph", "paragraph"], ["page_header", "heading", "paragraph"],
    ]  # fmt: skip
    found = [block for p in document.pages for block in p.blocks if isinstance(block, Heading)]
    assert [(h.id, h.level, h.text) for h in found] == [
        ("p1-b1", 1, "Chapter 1 of the story"),
        ("p2-b2", 2, "A small section"),
    ]


def letter(greeting: str, number: str = "", head: str = "Miller & Sons, 12 High Street, tel. 555 0199") -> PageDraft:
    blocks: list[Block] = [
        PageHeader(text=head, bbox=(50, 20, 400, 32)),
        paragraph(greeting, (50, 200, 200, 212)),
        paragraph("Thank you for your order of last week.", (50, 230, 500, 242)),
        PageFooter(text="IBAN GB00 0000 0000", bbox=(50, 770, 300, 782)),
    ]
    return page(1, *blocks, *([PageNumber(text=number, bbox=(500, 770, 520, 782))] if number else []))


def test_a_letterhead_is_no_running_head() -> None:
    for greeting in ("Dear Ms Jones,", "Sehr geehrte Damen und Herren,", "Chère Madame,", "Yours sincerely"):
        kinds = [block.kind for block in run([letter(greeting)]).pages[0].blocks]
        assert kinds == ["paragraph"] * 4, greeting
    assert "High Street" in run([letter("Dear Ms Jones,", "Page 1 of 2")]).to_markdown()


def test_running_heads_of_other_pages_and_of_those_that_come_again_stay() -> None:
    for draft in (letter("This is no letter."), letter("Dear Ms Jones,", "14")):
        assert run([draft]).pages[0].blocks[0].kind == "page_header"
    again = page(2, PageHeader(text="Miller & Sons 2", bbox=(50, 20, 400, 32)), paragraph("More.", (50, 99, 500, 120)))
    document = run([letter("Dear Ms Jones,", head="Miller & Sons 1"), again])
    assert document.pages[0].blocks[0].kind == "page_header"
    assert document.pages[0].blocks[-1].kind == "paragraph"
