"""Tagged PDFs that the tests write by hand: a page of text and the structure tree over it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.source.made_sources import raw_pdf, stream

_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica%b>>"
_FONTS = b"/Font<</R" + _FONT % b"" + b"/B" + _FONT % b"-Bold" + b">>"
_IMAGE = b"/Type/XObject/Subtype/Image/Width 16/Height 16/ColorSpace/DeviceGray/BitsPerComponent 8"
_PICTURE = stream(bytes(37 * i % 256 for i in range(256)), _IMAGE)


@dataclass
class Said:
    """A line of text at `x` and `y` (from the top of a page of 612 x 792 points)."""

    text: str
    x: float
    y: float
    size: float = 11.0
    bold: bool = False


@dataclass
class Drawn:
    """Operators of the content stream."""

    operators: str


def picture(x0: float, y0: float, x1: float, y1: float) -> Drawn:
    """A raster picture in a box, from the top of the page."""
    return Drawn(f"q {x1 - x0} 0 0 {y1 - y0} {x0} {792 - y1} cm /I Do Q")


@dataclass
class Element:
    """An element of the tree with what stands in it, a kid as the file has it ("7 0 R") among that; `keys` are more
    entries of its dictionary."""

    role: str
    inside: list[Element | Said | Drawn | str] = field(default_factory=list)
    keys: str = ""


def element(role: str, *inside: Element | Said | Drawn | str, keys: str = "") -> Element:
    return Element(role, list(inside), keys)


def row(*cells: Element) -> Element:
    return element("TR", *cells)


def table_of(
    rows: list[list[str]], x: float = 72.0, y: float = 200.0, wide: float = 90.0, high: float = 18.0, size: float = 11.0
) -> Element:
    """A table whose first row are heads; empty texts are empty cells."""
    lines = [
        row(*(
            element("TH" if r == 0 else "TD", *([Said(text, x + c * wide, y + r * high, size)] if text else []))
            for c, text in enumerate(texts)
        ))
        for r, texts in enumerate(rows)
    ]  # fmt: skip
    return element("Table", *lines)


def tagged_pdf(*elements: Element, untagged: tuple[Said, ...] = (), role_map: str = "") -> bytes:
    """One page; `untagged` lines are artifacts."""
    writer = _Writer()
    document = writer.write(element("Document", *elements), parent=5)
    for said in untagged:
        writer.content.append(_show(said))
    roles = f"/RoleMap<<{role_map}>>" if role_map else ""
    parents = " ".join(f"{number} 0 R" for number in writer.owners)
    root = f"<</Type/StructTreeRoot/K {document} 0 R/ParentTree<</Nums[0[{parents}]]>>{roles}>>"
    tree = [writer.objects[number].encode("latin-1") for number in sorted(writer.objects)]
    return raw_pdf(
        "\n".join(writer.content).encode("latin-1"), page=b"/MediaBox[0 0 612 792]/StructParents 0",
        resources=b"<<%b/XObject<</I %d 0 R>>>>" % (_FONTS, 6 + len(tree)), more=(root.encode(), *tree, _PICTURE),
        catalog=b"/StructTreeRoot 5 0 R/MarkInfo<</Marked true>>",
    )  # fmt: skip


class _Writer:
    """Objects of the tree count from 6; `owners` are the elements of the marked content in its order."""

    def __init__(self) -> None:
        self.objects: dict[int, str] = {}
        self.content: list[str] = []
        self.owners: list[int] = []

    def write(self, node: Element, parent: int) -> int:
        number = 6 + len(self.objects)
        self.objects[number] = ""
        kids: list[str] = []
        for inner in node.inside:
            if isinstance(inner, Element):
                kids.append(f"{self.write(inner, number)} 0 R")
                continue
            if isinstance(inner, str):
                kids.append(inner)
                continue
            mark = len(self.owners)
            self.owners.append(number)
            self.content.append(
                f"/{node.role} <</MCID {mark}>> BDC {inner.operators if isinstance(inner, Drawn) else _show(inner)} EMC"
            )
            kids.append(str(mark))
        self.objects[number] = (
            f"<</Type/StructElem/S/{node.role}/P {parent} 0 R/Pg 3 0 R/K[{' '.join(kids)}]{node.keys}>>"
        )
        return number


def _show(said: Said) -> str:
    text = said.text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /{'B' if said.bold else 'R'} {said.size} Tf {said.x} {792 - said.y} Td ({text}) Tj ET"
