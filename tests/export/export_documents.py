"""Documents that the export tests write."""

from __future__ import annotations

from docparse.schemas.document import (
    Block,
    Caption,
    Cell,
    Chart,
    Chemistry,
    Code,
    Crop,
    Document,
    EngineInfo,
    Footnote,
    Formula,
    Heading,
    Image,
    Link,
    ListBlock,
    ListItem,
    Music,
    Page,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Part,
    SourceInfo,
    Table,
)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


def document(*pages: list[Block], name: str = "sample.pdf") -> Document:
    made = [
        Page(
            number=n,
            width=595,
            height=842,
            image_width=1008,
            image_height=1428,
            blocks=_numbered(blocks, n),
            engine="embedded",
        )
        for n, blocks in enumerate(pages, 1)
    ]
    return Document(source=SourceInfo(name=name, pages=len(made)), engine=EngineInfo(name="embedded"), pages=made)


def _numbered(blocks: list[Block], page: int) -> list[Block]:
    return [
        block.model_copy(update={"id": f"p{page}-b{n}", "page": page, "order": n}) for n, block in enumerate(blocks, 1)
    ]


def grid(rows: list[list[str]], *, header: bool = True) -> list[Cell]:
    return [
        Cell(row=r, col=c, text=text, header=header and r == 0)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]


def sample() -> Document:
    """Two pages with every kind of block."""
    crop = Crop(width=1, height=1, data=PNG)
    first: list[Block] = [
        PageHeader(text="Annual Report", bbox=(40, 20, 300, 32)),
        Heading(level=1, text="1. Results & outlook", bbox=(40, 50, 300, 70), confidence=0.98),
        Paragraph(
            text="Costs were $5 and $6; the error is $x^2_i$ (see foo_bar_baz, *p < 0.05).",
            bbox=(40, 80, 300, 120),
            links=[
                Link(
                    text="foo_bar_baz",
                    start=48,
                    uri="https://example.org/foo_(bar)?a=1&b=2",
                    parts=[Part(page=1, bbox=(150, 80, 200, 92))],
                ),
                Link(text="error", start=26, to_page=2),
            ],
        ),
        ListBlock(
            ordered=True,
            bbox=(40, 130, 300, 170),
            items=[
                ListItem(text="One", marker="1."),
                ListItem(text="Deep", marker="a)", level=2),
                ListItem(text="Two", marker="2."),
            ],
        ),
        ListBlock(bbox=(40, 175, 300, 190), items=[ListItem(text="bullet", marker="•", bbox=(40, 175, 300, 190))]),
        Table(
            bbox=(40, 200, 300, 300), rows=3, cols=2, cells=grid([["Name", "Sum|€"], ["a\nb", "-5.00"], ["=1+1", "x"]])
        ),
        Caption(text="Table 1: Sums", bbox=(40, 305, 300, 315)),
        Table(
            bbox=(310, 200, 560, 300),
            rows=2,
            cols=2,
            confidence=0.5,
            cells=[
                Cell(row=0, col=0, colspan=2, text="Both", header=True),
                Cell(row=1, col=0, text="<l>"),
                Cell(row=1, col=1, text="r"),
            ],
        ),
        Formula(latex=r"E = mc^2 \quad a<b", bbox=(40, 320, 300, 340)),
        Formula(text="y = 3", bbox=(40, 345, 300, 360), crop=crop),
        Footnote(text="* Estimated.", marker="*", bbox=(40, 780, 300, 790)),
        PageNumber(text="1", bbox=(290, 810, 300, 820)),
    ]
    second: list[Block] = [
        Image(caption="A cat", ocr="MEOW", bbox=(40, 50, 300, 200), crop=crop),
        Chart(
            chart_type="bar",
            data=[["Year", "Sum"], ["2024", "5"]],
            description="Sums rise.",
            text="2024",
            bbox=(40, 210, 300, 300),
            crop=crop,
        ),
        Music(abc="X:1\nK:C\nCDEF|", bbox=(40, 310, 300, 350), crop=crop),
        Chemistry(smiles="CCO", bbox=(40, 360, 300, 400), crop=crop),
        Code(text="def f(x):\n    return x < 1  # ```", language="python", bbox=(40, 410, 300, 440)),
        Paragraph(
            text="Joined over pages.",
            bbox=(40, 450, 300, 470),
            source="text_layer",
            flags=["joined"],
            parts=[Part(page=1, bbox=(40, 700, 300, 710)), Part(page=2, bbox=(40, 450, 300, 470))],
        ),
        PageFooter(text="Confidential", bbox=(40, 810, 300, 820)),
    ]
    return document(first, second)


def with_text(text: str) -> Document:
    """A document in which every field that can hold text holds this one."""
    crop = Crop(width=1, height=1, href=text)
    return document(
        [
            Heading(text=text),
            Paragraph(text=text),
            Caption(text=text),
            Footnote(text=text, marker=text),
            PageHeader(text=text),
            PageFooter(text=text),
            PageNumber(text=text),
            Code(text=text, language=text),
            Music(abc=text, crop=crop),
            Chemistry(smiles=text, crop=crop),
            Formula(latex=text, text=text),
            Formula(text=text, crop=crop),
            Image(caption=text, ocr=text, crop=crop),
            Chart(chart_type=text, data=[[text, text]], description=text, text=text),
            ListBlock(ordered=True, items=[ListItem(text=text, marker=text)]),
            ListBlock(items=[ListItem(text=text, marker=text)]),
            Table(rows=2, cols=2, cells=grid([[text, text], [text, text]])),
            Table(rows=1, cols=2, cells=[Cell(row=0, col=0, colspan=2, text=text, header=True)]),
            Paragraph(text="x", flags=[text]),
        ],
        name=text,
    )
