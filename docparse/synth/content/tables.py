"""Tables: ruled or open, numbers, spans, header rows over several columns."""

from __future__ import annotations

from docparse.schemas.document import Cell, Table
from docparse.synth.content.text import Writer
from docparse.synth.piece import Piece, text_html

STYLES = ("grid", "booktabs", "open", "zebra", "lines")


def table_piece(cells: list[Cell], rows: int, cols: int, style: str, *, numeric: set[int] | None = None) -> Piece:
    """The table of these cells; columns in `numeric` are set flush right."""
    header_rows = 0
    while header_rows < rows and any(c.header and c.row == header_rows for c in cells):
        header_rows += 1
    lines: list[list[str]] = [[] for _ in range(rows)]
    for cell in sorted(cells, key=lambda c: (c.row, c.col)):
        spans = (f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else "") + (
            f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
        )
        right = ' class="num"' if numeric and cell.col in numeric and cell.colspan == 1 else ""
        tag = "th" if cell.header else "td"
        body = f'<span data-c="{cell.row},{cell.col}">{text_html(cell.text)}</span>' if cell.text else ""
        lines[cell.row].append(f"<{tag}{spans}{right}>{body}</{tag}>")
    html = "".join(f"<tr>{''.join(line)}</tr>" for line in lines[:header_rows])
    body = "".join(f"<tr>{''.join(line)}</tr>" for line in lines[header_rows:])
    return Piece(
        Table(rows=rows, cols=cols, cells=cells),
        f'<table class="t-{style}"><thead>{html}</thead><tbody>{body}</tbody></table>',
    )


def table(writer: Writer, *, rows: int | None = None, cols: int | None = None) -> Piece:
    """A table of labels and numbers; some have a two-row header, some labels that span rows."""
    rng = writer.rng
    cols = cols or rng.randint(3, 6)
    rows = rows or rng.randint(3, 9)
    style = rng.choice(STYLES)
    cells, first = _header(writer, cols)
    places = [rng.choice((0, 0, 1, 2)) for _ in range(cols)]
    grouped = style != "open" and rng.random() < 0.3
    row = first
    while row < first + rows:
        span = min(rng.choice((1, 2, 3)), first + rows - row) if grouped else 1
        cells.append(Cell(row=row, col=0, rowspan=span, text=writer.words(1, 3)))
        for line in range(row, row + span):
            for col in range(1, cols):
                empty = rng.random() < 0.06
                value = rng.uniform(0, 10 ** rng.randint(1, 4))
                text = rng.choice(("", "–", "–")) if empty else writer.decimal(value, places[col])
                cells.append(Cell(row=line, col=col, text=text))
        row += span
    return table_piece(cells, first + rows, cols, style, numeric=set(range(1, cols)))


def _header(writer: Writer, cols: int) -> tuple[list[Cell], int]:
    """(cells, number of rows) of the head: one row, or two with groups of columns."""
    rng = writer.rng
    if cols < 4 or rng.random() < 0.55:
        return [Cell(row=0, col=col, text=writer.words(1, 2), header=True) for col in range(cols)], 1
    cells = [Cell(row=0, col=0, rowspan=2, text=writer.words(1, 2), header=True)]
    col = 1
    while col < cols:
        width = min(rng.choice((1, 2, 3)), cols - col)
        cells.append(
            Cell(row=0, col=col, rowspan=2 if width == 1 else 1, colspan=width, text=writer.words(1, 2), header=True)
        )
        if width > 1:
            cells += [Cell(row=1, col=c, text=writer.words(1, 1), header=True) for c in range(col, col + width)]
        col += width
    if not any(cell.row == 1 for cell in cells):
        return [cell.model_copy(update={"rowspan": 1}) for cell in cells], 1
    return cells, 2
