"""Pages and tables of two sizes, read and checked with words on the page: how long each takes, as JSON.

In yardsticks of CPU time (apart.py).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from apart import yardstick_s

from docparse.options import ParseOptions
from docparse.reading import read_output
from docparse.schemas.page import PageImage, PageOutput, TextLayer, TextQuality, Word

_WIDTH, _HEIGHT, _TRIES = 8000, 8000, 2
Made = tuple[str, list[Word]]


def blocks(count: int) -> Made:
    html: list[str] = []
    words: list[Word] = []
    for i in range(count):
        x, y = 100 * (i % 50), 20 * (i // 50)
        html.append(f'<p data-bbox="{x} {y} {x + 90} {y + 15}">word{i} and more</p>')
        for j, text in enumerate((f"word{i}", "and", "more")):
            words.append(Word(text, (x + 30.0 * j, y + 1.0, x + 30.0 * j + 28, y + 14.0)))
    return "".join(html), words


def table(size: int) -> Made:
    rows = ["".join(f"<td>{size * r + c}</td>" for c in range(size)) for r in range(size)]
    words = [
        Word(f"{size * r + c}", (30.0 * c, 20.0 * r, 30.0 * c + 25, 20.0 * r + 12))
        for r in range(size)
        for c in range(size)
    ]
    return f'<table data-bbox="0 0 {_WIDTH} {_HEIGHT}"><tr>{"<tr>".join(rows)}</table>', words


def reading(made: Made, yardstick: float) -> tuple[float, list[str], int]:
    """(Time, flags, blocks and cells) of a page."""
    html, words = made
    page = PageImage(1, _WIDTH, _HEIGHT, float(_WIDTH), float(_HEIGHT), text=TextLayer(tuple(words), TextQuality.SOUND))
    best = float("inf")
    for _ in range(_TRIES):
        started = time.process_time()
        found = read_output(page, PageOutput(html, "qwen"), ParseOptions(crops=False)).page
        best = min(best, time.process_time() - started)
    cells = sum(len(block.cells) for block in found.blocks if block.kind == "table")
    return best / yardstick, found.flags, len(found.blocks) + cells


def main() -> None:
    made: dict[str, tuple[Callable[[int], Made], tuple[int, int]]] = {
        "blocks": (blocks, (2500, 10_000)),
        "table": (table, (100, 200)),
    }
    yardstick = yardstick_s()
    reading(blocks(100), yardstick)  # imports, first use of everything
    print(
        json.dumps({name: [reading(make(size), yardstick) for size in sizes] for name, (make, sizes) in made.items()})
    )


if __name__ == "__main__":
    main()
