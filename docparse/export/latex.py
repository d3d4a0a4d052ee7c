"""A block as LaTeX: formulas as they are, tables as tabular, everything else as escaped text."""

from __future__ import annotations

import re

from docparse.schemas.document import (
    Block,
    Cell,
    Chart,
    Chemistry,
    Code,
    Formula,
    Heading,
    Image,
    ListBlock,
    Music,
    Table,
)

_SECTIONS = ("section", "subsection", "subsubsection", "paragraph", "subparagraph", "subparagraph")
_MATH = re.compile(r"(\$[^$\n]+\$)")
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip
_ESCAPED = str.maketrans(_SPECIAL)


def block_latex(block: Block) -> str:
    """LaTeX of one block; a table with spans needs the package multirow, code the package listings."""
    match block:
        case Formula():
            return f"\\[\n{block.latex}\n\\]" if block.latex else escape_latex(block.text)
        case Heading():
            return f"\\{_SECTIONS[block.level - 1]}{{{escape_latex(block.text)}}}"
        case ListBlock():
            return _list(block)
        case Table():
            return _tabular(_rows(block), block.cols)
        case Chart():
            return _tabular(
                [[escape_latex(value) for value in row] for row in block.data], max(map(len, block.data), default=0)
            )
        case Code():
            text = block.text.replace("\\end{lstlisting}", "\\end {lstlisting}")  # or it would end here
            return f"\\begin{{lstlisting}}\n{text}\n\\end{{lstlisting}}"
        case Image():
            return "\n\n".join(escape_latex(text) for text in (block.caption, block.ocr) if text)
        case Music():
            return escape_latex(block.abc)
        case Chemistry():
            return escape_latex(block.smiles)
        case _:
            return escape_latex(block.text)


def escape_latex(text: str) -> str:
    """Text in which nothing is a command; formulas between dollars stay."""
    parts = _MATH.split(text)
    return "".join(part if place % 2 else part.translate(_ESCAPED) for place, part in enumerate(parts))


def _list(block: ListBlock) -> str:
    name = "enumerate" if block.ordered else "itemize"
    lines = [f"\\begin{{{name}}}"]
    level = 1
    for item in block.items:
        wanted = min(item.level, level + 1, 4)
        while level < wanted:
            lines.append("  " * level + f"\\begin{{{name}}}")
            level += 1
        while level > wanted:
            level -= 1
            lines.append("  " * level + f"\\end{{{name}}}")
        lines.append("  " * level + f"\\item {escape_latex(item.text)}")
    while level > 0:
        level -= 1
        lines.append("  " * level + f"\\end{{{name}}}")
    return "\n".join(lines)


def _rows(table: Table) -> list[list[str]]:
    """Cells by row as tabular wants them: spans as commands, empty cells under a cell that reaches down."""
    begins: dict[tuple[int, int], Cell] = {(cell.row, cell.col): cell for cell in table.cells}
    covered = {
        (row, cell.col): cell.colspan for cell in table.cells for row in range(cell.row + 1, cell.row + cell.rowspan)
    }
    rows = []
    for row in range(table.rows):
        line: list[str] = []
        col = 0
        while col < table.cols:
            cell = begins.get((row, col))
            width = cell.colspan if cell is not None else covered.get((row, col), 1)
            text = _cell(cell) if cell is not None else ""
            line.append(f"\\multicolumn{{{width}}}{{|l|}}{{{text}}}" if width > 1 else text)
            col += width
        rows.append(line)
    return rows


def _cell(cell: Cell) -> str:
    text = " ".join(escape_latex(cell.text).split())
    text = f"\\textbf{{{text}}}" if cell.header and text else text
    return f"\\multirow{{{cell.rowspan}}}{{*}}{{{text}}}" if cell.rowspan > 1 else text


def _tabular(rows: list[list[str]], cols: int) -> str:
    lines = [f"\\begin{{tabular}}{{|{'l|' * max(cols, 1)}}}", "\\hline"]
    for row in rows:
        lines += [" & ".join(row) + r" \\", "\\hline"]
    return "\n".join([*lines, "\\end{tabular}"])
