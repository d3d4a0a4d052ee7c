"""Pages per second beside pymupdf4llm, on the same born-digital files, in one run.

    python bench/speed.py FOLDER|FILE.pdf… [--rounds 3] [--most-pages 12] [--json]

Every contender runs in a process of its own, warm (one file parsed before the clock starts), file by file, rounds
interleaved so that a noisy machine is noisy for all; the figure is the median over rounds. `embedded-fast` is pinned to
one core; the others may use all. Beside it pages per second of CPU time, of all processes together (Linux): what a
machine does that has other work too. Peer: pip install pymupdf4llm pymupdf-layout (not among docparse's own
requirements).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

CONTENDERS = ("embedded", "embedded-fast", "pymupdf4llm")
PACKAGES = ("docparse", "pymupdf", "pymupdf4llm", "onnxruntime", "openvino")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most-pages", type=int, default=12, help="pages of each file, from the first")
    parser.add_argument("--only", default=",".join(CONTENDERS))
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    args = parser.parse_args()
    files = list(_pdfs(args.inputs))
    if args.contender:
        print(json.dumps(_measure(args.contender, files, args.most_pages)))
        return
    if not files:
        parser.error("no PDF given")
    report(files, args)


def report(files: list[Path], args: argparse.Namespace) -> None:
    chosen = args.only.split(",")
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in chosen}
    for _ in range(args.rounds):
        for name in chosen:
            rounds[name].append(_spawn(name, files, args.most_pages))
    rates = {name: statistics.median(r["pages"] / r["seconds"] for r in found) for name, found in rounds.items()}
    busy = {name: statistics.median(r["pages"] / r["cpu_s"] for r in found) for name, found in rounds.items()}
    result = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "versions": {
            name: _version(name) for name in ("docparse", "pymupdf", "pymupdf4llm", "onnxruntime", "openvino")
        },
        "files": len(files),
        "pages": rounds[chosen[0]][0]["pages"],
        "pages_per_s": {name: round(rate, 2) for name, rate in rates.items()},
        "pages_per_cpu_s": {name: round(rate, 2) for name, rate in busy.items()},
        "ratio_to_pymupdf4llm": {
            name: round(rate / rates["pymupdf4llm"], 2) for name, rate in rates.items() if "pymupdf4llm" in rates
        },
    }
    if args.json:
        print(json.dumps(result))
        return
    print(f"{result['machine']}; {result['versions']}")
    print(f"{result['files']} files, {result['pages']} pages, median of {args.rounds} rounds")
    for name, rate in rates.items():
        ratio = result["ratio_to_pymupdf4llm"].get(name, "")
        print(f"{name:16} {rate:8.2f} pages/s   {busy[name]:8.2f} pages/CPU s   {ratio} x pymupdf4llm")


def _spawn(name: str, files: list[Path], most_pages: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--contender", name, "--most-pages", str(most_pages), *map(str, files)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _measure(name: str, files: list[Path], most_pages: int) -> dict[str, float]:
    if name == "embedded-fast":
        os.sched_setaffinity(0, {0})
    run = _peer(most_pages) if name == "pymupdf4llm" else _docparse(name, files, most_pages)
    run(files[0])
    started, used = time.perf_counter(), _cpu_s("self")
    pages = sum(run(file) for file in files)
    return {"pages": pages, "seconds": time.perf_counter() - started, "cpu_s": _cpu_s("self") - used}


def _cpu_s(pid: str) -> float:
    """CPU seconds of a process and of all that it started and that still run."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = [
            child for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()
        ]
    except OSError:
        return 0.0
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(_cpu_s(child) for child in children)


def _docparse(name: str, files: list[Path], most_pages: int) -> Callable[[Path], int]:
    from docparse.options import ParseOptions
    from docparse.pipeline import open_engine, parse
    from docparse.settings import load_settings

    options, settings = ParseOptions(engine=name, pages=None), load_settings()
    engine, _ = open_engine(options, settings)
    counts = {file: _count(file) for file in files}  # before the clock starts: parsing opens each file once more

    def run(file: Path) -> int:
        pages = min(most_pages, counts[file])
        document = parse(file, options=options.model_copy(update={"pages": f"1-{pages}"}), engine=engine)
        document.to_markdown()
        return len(document.pages)

    return run


def _peer(most_pages: int) -> Callable[[Path], int]:
    import pymupdf
    import pymupdf4llm

    pymupdf4llm.use_layout(True)

    def run(file: Path) -> int:
        with pymupdf.open(file) as document:
            pages = list(range(min(most_pages, document.page_count)))
            pymupdf4llm.to_markdown(document, pages=pages, use_ocr=False, show_progress=False)
        return len(pages)

    return run


def _count(file: Path) -> int:
    import pymupdf

    with pymupdf.open(file) as document:
        return int(document.page_count)


def _pdfs(inputs: list[Path]) -> Iterator[Path]:
    for item in inputs:
        yield from sorted(item.rglob("*.pdf")) if item.is_dir() else [item]


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    main()
