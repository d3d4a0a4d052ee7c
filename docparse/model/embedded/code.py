"""Program listings: monospaced lines with their indentation rebuilt from positions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from statistics import median

from docparse.model.embedded.lines import Line
from docparse.model.embedded.mono import is_mono_word


def is_mono(line: Line) -> bool:
    mono = sum([len(word.text) for word in line.words if is_mono_word(word)])
    return mono > 0 and mono >= 0.8 * sum([len(word.text) for word in line.words])


# what program lines end with or hold, and hardly a line of prose typed on a machine
MACRO = r"\.[A-Z]\w+\s"  # of roff's
_SIGNS = re.compile(
    rf"[;{{}}]$|^(?:{MACRO}"
    r"|//|/?\*|#\w|[$>%?]\s|>>>|[A-Za-z]+>\s)|\w\(|[=<>!+]=|->|<-|=>|::|\s:?=\s|\\\w|\$\w|&&|\|\||</|/>"
    r"|--\w|_\w|\w\[|\s--?[a-z]\w*(?:[\s=]|$)"
)


def has_signs(text: str) -> bool:
    """Whether a line reads as a program's or a command's."""
    return _SIGNS.search(text) is not None


def code_text(lines: Sequence[Line]) -> str:
    """Lines with blanks for every free character cell, and blank lines where the gap holds some."""
    widths = [
        (word.bbox[2] - word.bbox[0]) / len(word.text) for line in lines for word in line.words if len(word.text) > 1
    ]
    cell = median(widths) if widths else 0.6 * lines[0].size
    cell = max(cell, 0.1)
    left = min(line.x0 for line in lines)
    steps = [b.baseline - a.baseline for a, b in itertools.pairwise(lines)]
    leading = min((step for step in steps if step > 0.5 * lines[0].size), default=1.2 * lines[0].size)
    rows: list[str] = []
    last: Line | None = None
    for line in lines:
        if last is not None:
            step = line.baseline - last.baseline
            if step < 0.5 * leading:
                rows[-1] = _put(rows[-1], line, left, cell)
                continue
            rows += [""] * min(3, round(step / leading) - 1)
        rows.append(_put("", line, left, cell))
        last = line
    return "\n".join(_plain_quotes(row.rstrip()) for row in rows)


# a name between the quotes of the language, as compilers and R print it
_QUOTED = re.compile(r"(‘(?:\S|\S[^‘’]*\S|\s+)’)")
_PLAIN = str.maketrans("’‘", "'`")


def _plain_quotes(line: str) -> str:
    """The quotes that a program has in place of those that TeX's typewriter type prints: "print ’a’" doesn't run."""
    if "’" not in line and "‘" not in line:
        return line
    return "".join(part if at % 2 else part.translate(_PLAIN) for at, part in enumerate(_QUOTED.split(line)))


def _put(row: str, line: Line, left: float, cell: float) -> str:
    end = None
    for word in line.words:
        column = round((word.bbox[0] - left) / cell)
        if end is not None and word.bbox[0] - end < 0.35 * cell:
            row += word.text
        else:
            row = row.ljust(max(min(column, 400), len(row) + (1 if row.strip() else 0))) + word.text
        end = word.bbox[2]
    return row
