"""Heads and feet that stand on one page alone are text."""

from __future__ import annotations

from docparse.assemble.unrepeated import free_unrepeated
from docparse.schemas.document import Block, Page, PageFooter, PageHeader, PageNumber, Paragraph

ODD = "• Java policy (http://www.example.org/policy)"


def page(number: int, *blocks: Block) -> Page:
    text = Paragraph(text="Text of the page.", bbox=(50, 100, 500, 300))
    return Page(
        number=number, width=600, height=800, image_width=600, image_height=800, text_layer="sound",
        blocks=[text, *blocks],
    )  # fmt: skip


def freed(pages: list[Page]) -> list[str]:
    free_unrepeated(pages)
    return [block.text for page in pages for block in page.blocks[1:] if isinstance(block, Paragraph)]


def pages_with(blocks: list[Block], at: int = 3, pages: int = 6) -> list[Page]:
    heads = [PageHeader(text="A guide", bbox=(50, 20, 200, 32)) for _ in range(pages)]
    return [page(n, heads[n - 1], *(blocks if n == at else [])) for n in range(1, pages + 1)]


def test_a_foot_of_one_page_alone_is_text() -> None:
    assert freed(pages_with([PageFooter(text=ODD, bbox=(50, 750, 300, 762))])) == [ODD]


def test_on_the_first_page_and_in_short_documents_it_stays() -> None:
    assert freed(pages_with([PageFooter(text=ODD, bbox=(50, 750, 300, 762))], at=1)) == []
    assert freed(pages_with([PageFooter(text=ODD, bbox=(50, 750, 300, 762))], pages=4)) == []


def test_a_head_in_the_place_of_others_or_beside_a_number_stays() -> None:
    assert freed(pages_with([PageHeader(text="Caveats", bbox=(400, 20, 460, 32))])) == []
    beside = [PageFooter(text="Caveats", bbox=(50, 760, 90, 772)), PageNumber(text="7", bbox=(500, 760, 510, 772))]
    assert freed(pages_with(list(beside))) == []


def test_heads_that_differ_from_page_to_page_in_one_place_stay() -> None:
    names = ["abacus", "beetle", "cedar", "dune", "elm", "fern"]
    heads = [page(n, PageHeader(text=name, bbox=(50, 20, 200, 32))) for n, name in enumerate(names, 1)]
    assert freed(heads) == []


def test_pages_without_a_sound_text_layer_are_left() -> None:
    pages = pages_with([PageFooter(text=ODD, bbox=(50, 750, 300, 762))])
    for each in pages:
        each.text_layer = "absent"
    assert freed(pages) == []
