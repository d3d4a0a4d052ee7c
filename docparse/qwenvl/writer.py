"""Typed blocks to canonical QwenVL HTML: the element forms of the Qwen2.5-VL technical report, page by page.

What the report has no form for (levels, markers, cell boxes, confidence, where a text comes from) travels as attributes
that other readers ignore, so that `reader.read_page` gives back the same blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

from docparse.geometry import Box
from docparse.links import address, is_safe, loose, on_words, spans
from docparse.pieces import Piece
from docparse.schemas.document import (
    Block,
    Caption,
    Cell,
    Chart,
    Chemistry,
    Code,
    Footnote,
    Formula,
    Heading,
    Image,
    Link,
    ListBlock,
    Music,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Source,
    Table,
)

CropSource = Callable[[Block], str | None]
_NUMBER = re.compile(r"\(?(\d{1,9})[.)]?")
_RUNNING = {"page_header": "header", "page_footer": "footer", "page_number": "number"}


def write_page(
    blocks: Sequence[Block | Piece],
    *,
    number: int,
    width_px: int,
    height_px: int,
    scale_x: float,
    scale_y: float,
    source: Source = "embedded",
    crop_source: CropSource | None = None,
    ids: bool = False,
) -> str:
    """One `<div class="page">` with every block in the given order.

    `width_px` x `height_px` is the page image, `scale_x` and `scale_y` its pixels per page unit. A block's source is
    written where it differs from `source`; `crop_source` gives the `src` of a block's picture; `ids` writes block ids.
    A piece of a joined block that is not its first says in `data-continues` whose text goes on in it, and in
    `data-break` what was between them where that is no blank: a "hyphen" that only the break has, or "none".
    """
    writer = _PageWriter(width_px, height_px, scale_x, scale_y, source, crop_source, ids)
    place = f' id="page-{number}"' if ids else ""
    lines = [f'<div class="page"{place} data-page="{number}" data-width="{width_px}" data-height="{height_px}">']
    lines += [writer.piece(block) if isinstance(block, Piece) else writer.block(block) for block in blocks]
    lines.append("</div>")
    return "\n".join(lines)


def _text(text: str, links: Sequence[Link] = (), line_break: str = "<br/>") -> str:
    """Text with its links as `<a>`; those that lie on no words follow, empty."""
    if not links:
        return escape(text, quote=False).replace("\n", line_break)
    parts: list[str] = []
    position = 0
    placed = spans(text, links)
    for start, end, link in placed:
        parts += [_lines(text[position:start], line_break), anchor(link, _lines(text[start:end], line_break))]
        position = end
    parts.append(_lines(text[position:], line_break))
    on_words = {id(link) for _, _, link in placed}
    parts += [anchor(link, "") for link in links if id(link) not in on_words]
    return "".join(parts)


def _lines(text: str, line_break: str) -> str:
    return escape(text, quote=False).replace("\n", line_break)


def anchor(link: Link, html: str) -> str:
    """`<a>` around `html`; the `html` alone where the link is not to be followed (scripts, data, files)."""
    href = f"#page-{link.to_page}" if link.to_page else address(link) if is_safe(link) else ""
    return f'<a href="{escape(href)}">{html}</a>' if href else html


class _PageWriter:
    def __init__(
        self,
        width_px: int,
        height_px: int,
        scale_x: float,
        scale_y: float,
        source: Source,
        crop_source: CropSource | None,
        ids: bool,
    ) -> None:
        self.width_px, self.height_px = width_px, height_px
        self.scale_x, self.scale_y = scale_x, scale_y
        self.source, self.crop_source, self.ids = source, crop_source, ids
        self.tables = 0

    def piece(self, piece: Piece) -> str:
        """The element of one piece; the first has the id of the block, the others name it."""
        if piece.glue is None:
            return self.block(piece.block)
        block = piece.block
        name = "p" if isinstance(block, Paragraph) else 'p class="footnote"'
        head = self._attributes(block.model_copy(update={"id": ""})) + _attribute("data-continues", piece.of)
        head += _attribute("data-break", "" if piece.glue == "space" else piece.glue)
        return f"<{name}{head}>{_text(block.text, block.links)}</p>"

    def block(self, block: Block) -> str:
        head = self._attributes(block)
        match block:
            case Paragraph():
                return f"<p{head}>{_text(block.text, block.links)}</p>"
            case Heading():
                return f"<h{block.level}{head}>{_text(block.text, block.links)}</h{block.level}>"
            case Table():
                return self._table(block, head)
            case ListBlock():
                return self._list(block, head)
            case Caption():
                return f'<p class="caption"{head}>{_text(block.text, block.links)}</p>'
            case Footnote():
                head += _attribute("data-marker", block.marker)
                return f'<p class="footnote"{head}>{_text(block.text, block.links)}</p>'
            case PageHeader() | PageFooter() | PageNumber():
                return f'<div class="page {_RUNNING[block.kind]}"{head}>{_text(block.text, block.links)}</div>'
            case Code():
                language = f' class="language-{escape(block.language)}"' if block.language else ""
                return f"<pre{head}><code{language}>{_text(block.text, block.links, chr(10))}</code></pre>"
            case _:
                return self._figure(block, head)

    def _figure(self, block: Chart | Formula | Image | Music | Chemistry, head: str) -> str:
        img = _linked(self._img(block), block)
        match block:
            case Formula():
                return _formula(block, head, img)
            case Image():
                return _image(block, head, img)
            case Chart():
                return self._chart(block, head, img)
            case Music():
                body = f"<div>{escape(block.abc, quote=False)}</div>"
                return f'<div class="music sheet" format="abc notation"{head}>{img}{body}</div>'
            case Chemistry():
                body = f"<div>{escape(block.smiles, quote=False)}</div>"
                return f'<div class="chemical formula" format="smile"{head}>{img}{body}</div>'

    def _table(self, table: Table, head: str) -> str:
        self.tables += 1
        rows: list[list[Cell]] = [[] for _ in range(table.rows)]
        for cell in table.cells:
            if cell.row < table.rows:
                rows[cell.row].append(cell)
        covered: dict[int, int] = {}  # column -> first row that is free again
        body = []
        for number, row in enumerate(rows):
            row.sort(key=lambda cell: cell.col)
            body.append(self._row(row, number, table.cols, covered))
        return f'<table{head} class="table{self.tables}">' + "".join(body) + "</table>"

    def _row(self, row: list[Cell], number: int, cols: int, covered: dict[int, int]) -> str:
        parts, col = ["<tr>"], 0
        for cell in [*row, None]:
            end = cell.col if cell is not None else cols
            while col < end:  # positions that no cell covers
                if covered.get(col, 0) <= number:
                    parts.append("<td></td>")
                col += 1
            if cell is None:
                break
            tag = "th" if cell.header else "td"
            spans = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
            if cell.colspan > 1:
                spans += f' colspan="{cell.colspan}"'
            box = f' data-bbox="{self._box(cell.bbox)}"' if cell.bbox is not None else ""
            parts.append(f"<{tag}{spans}{box}>{_text(cell.text, cell.links)}</{tag}>")
            for covered_col in range(cell.col, cell.col + cell.colspan):
                covered[covered_col] = number + cell.rowspan
            col = cell.col + cell.colspan
        parts.append("</tr>")
        return "".join(parts)

    def _list(self, block: ListBlock, head: str) -> str:
        tag = "ol" if block.ordered else "ul"
        items = []
        for item in block.items:
            box = f' data-bbox="{self._box(item.bbox)}"' if item.bbox is not None else ""
            level = f' data-level="{item.level}"' if item.level > 1 else ""
            number = _NUMBER.fullmatch(item.marker) if block.ordered else None
            value = f' value="{int(number[1])}"' if number else ""
            own = f"{value}{box}{level}{_attribute('data-marker', item.marker)}"
            items.append(f"<li{own}>{_text(item.text, item.links)}</li>")
        return f"<{tag}{head}>" + "".join(items) + f"</{tag}>"

    def _chart(self, chart: Chart, head: str, img: str) -> str:
        rows = ["<tr>" + "".join(f"<td>{_text(value)}</td>" for value in row) + "</tr>" for row in chart.data]
        table = "<table>" + "".join(rows) + "</table>" if rows else ""
        description = f"<p>{_text(chart.description)}</p>" if chart.description else ""
        text = f'<p class="ocr">{_text(chart.text, on_words(chart))}</p>' if chart.text else ""
        kind = _attribute("data-chart-type", chart.chart_type or "")
        return f'<div class="chart"{head}{kind}>{img}{table}{description}{text}</div>'

    def _img(self, block: Block) -> str:
        box = f' data-bbox="{self._box(block.bbox)}"' if block.bbox is not None else ""
        src = self.crop_source(block) if self.crop_source is not None else None
        return f"<img{box}{_attribute('src', src or '')}/>"

    def _attributes(self, block: Block) -> str:
        parts = f' id="{escape(block.id)}"' if self.ids and block.id else ""
        if block.bbox is not None:
            parts += f' data-bbox="{self._box(block.bbox)}"'
        if block.confidence is not None:
            parts += f' data-confidence="{block.confidence:.3g}"'
        if block.source != self.source:
            parts += f' data-source="{block.source}"'
        if block.flags:
            parts += _attribute("data-flags", " ".join(block.flags))
        return parts

    def _box(self, box: Box) -> str:
        """Integer pixels inside the page image, at least one pixel wide and high."""
        x0, y0, x1, y1 = box
        x0, x1 = round(x0 * self.scale_x), round(x1 * self.scale_x)
        y0, y1 = round(y0 * self.scale_y), round(y1 * self.scale_y)
        if not (0 <= x0 < x1 <= self.width_px and 0 <= y0 < y1 <= self.height_px):  # as hardly any
            x0, y0 = min(max(x0, 0), self.width_px - 1), min(max(y0, 0), self.height_px - 1)
            x1, y1 = min(max(x1, x0 + 1), self.width_px), min(max(y1, y0 + 1), self.height_px)
        return f"{x0} {y0} {x1} {y1}"


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"' if value else ""


def _linked(img: str, block: Block) -> str:
    """The picture of a figure inside its link; more links follow, empty."""
    first, *others = loose(block) or (None,)
    return (anchor(first, img) if first else img) + "".join(anchor(link, "") for link in others if link)


def _formula(block: Formula, head: str, img: str) -> str:
    if block.latex:
        printed = _attribute("data-text", block.text)
        return f'<div class="formula"{head}{printed}>{img}<div>$${escape(block.latex, quote=False)}$$</div></div>'
    text = f'<div class="text">{_text(block.text, on_words(block))}</div>' if block.text else ""
    return f'<div class="formula"{head}>{img}{text}</div>'


def _image(block: Image, head: str, img: str) -> str:
    if block.caption:
        ocr = f'<p class="ocr">{_text(block.ocr, on_words(block))}</p>' if block.ocr else ""
        return f'<div class="image caption"{head}>{img}<p>{_text(block.caption)}</p>{ocr}</div>'
    if block.ocr:
        return f'<div class="image ocr"{head}>{img}<p>{_text(block.ocr, on_words(block))}</p></div>'
    return f'<div class="image"{head}>{img}</div>'
