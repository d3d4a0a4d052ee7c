"""Memory of docparse over a long document that is made here: its peak, and whether it grows from page to page.

    python bench/memory.py [--pages 1000] [--scan] [--engine embedded] [--lines 40] [--json]

Born-digital pages, or with `--scan` pictures of them at 150 dpi. Memory is the sum of the proportional set sizes of
this process and all that it started (Linux), looked at after every page; growth compares the middle of the second tenth
of the pages with that of the last tenth.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_WORDS = (
    "the",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "lazy",
    "dogs",
    "while",
    "seven",
    "wizards",
    "count",
    "figures",
)
_DPI = 150


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--lines", type=int, default=40, help="lines of text on a page")
    parser.add_argument("--scan", action="store_true")
    parser.add_argument("--engine", default="embedded")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the line")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        make_document(path, args.pages, args.lines, scan=args.scan)
        result = measure(path, args.engine)
    result = {"machine": f"{platform.machine()}, Python {platform.python_version()}", "engine": args.engine} | result
    if args.json:
        print(json.dumps(result))
        return
    kind = "scanned" if args.scan else "born-digital"
    print(
        f"{result['pages']} {kind} pages, {args.engine}: peak {result['peak_mb']} MB, grew by {result['growth_mb']} MB "
        f"from the second to the last tenth; {result['pages_per_s']} pages/s"
    )


def make_document(path: Path, pages: int, lines: int, *, scan: bool) -> None:
    """A PDF of random words; every page is other than the rest."""
    import pymupdf

    chance = random.Random(0)
    with pymupdf.open() as document:
        for _ in range(pages):
            _add_page(document, chance, lines)
            if scan:
                number = document.page_count - 1
                picture = document[number].get_pixmap(dpi=_DPI).tobytes("jpeg")
                document.delete_page(number)
                page = document.new_page()
                page.insert_image(page.rect, stream=picture)
        document.save(path)


def _add_page(document: object, chance: random.Random, lines: int) -> None:
    page = document.new_page()  # type: ignore[attr-defined]
    for line in range(lines):
        text = " ".join(chance.choices(_WORDS, k=10)) + f" {chance.randrange(10_000)}"
        page.insert_text((60, 70 + 17 * line), text, fontsize=10)


def measure(path: Path, engine: str) -> dict[str, float]:
    from docparse import parse_pages

    sizes: list[float] = []
    started = time.perf_counter()
    for page in parse_pages(path, engine=engine):
        assert page.status == "ok", page.error
        sizes.append(_tree_mb())
    seconds = time.perf_counter() - started
    tenth = max(1, len(sizes) // 10)
    return {
        "pages": len(sizes),
        "peak_mb": round(max(sizes)),
        "growth_mb": round(statistics.median(sizes[-tenth:]) - statistics.median(sizes[tenth : 2 * tenth])),
        "pages_per_s": round(len(sizes) / seconds, 2),
    }


def _tree_mb() -> float:
    return sum(_pss_kb(pid) for pid in _tree("self")) / 1024


def _tree(pid: str) -> Iterator[str]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _tree(child)


def _pss_kb(pid: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # ended meanwhile
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    main()
