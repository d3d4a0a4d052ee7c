"""`docparse bench invoices`: made invoices in eight languages; what is right, how fast, how memory grows."""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from docparse.invoices.results import get
from docparse.invoices.text import squash

_EXACT = ("number", "issue_date", "net", "tax", "gross", "currency")
_NAMES = ("seller.name", "buyer.name")
_STEPS = 10  # times that memory is looked at


@dataclass(slots=True)
class Tally:
    """What came out right: counts "name:right" and "name:all". `silent` are wrong values without a flag."""

    files: int = 0
    exact: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    traits: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)
    unproved: int = 0
    silent: int = 0
    wrong: list[str] = field(default_factory=list)

    def as_json(self, *, show: bool) -> dict[str, Any]:
        names = sorted(name.removesuffix(":all") for name in self.fields if name.endswith(":all"))
        right, total = (sum(self.fields[f"{name}:{key}"] for name in names) for key in ("right", "all"))
        pairs = self.lines["truth"] + self.lines["found"]
        found: dict[str, Any] = {
            "files": self.files, "fields": _share(right, total), "wholly_right": _share(self.exact, self.files),
            "lines_f1": _share(2 * self.lines["right"], pairs), "values_without_place": self.unproved,
            "wrong_unflagged": self.silent,
            "by_field": {name: _share(self.fields[f"{name}:right"], self.fields[f"{name}:all"]) for name in names},
            "by_trait": {
                name: _share(self.traits[f"{name}:right"], self.traits[f"{name}:all"])
                for name in sorted(key.removesuffix(":all") for key in self.traits if key.endswith(":all"))
            },
        }  # fmt: skip
        return {**found, "wrong": self.wrong} if show else found


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def invoices(
    files: Annotated[int, typer.Option("--files", min=1, help="Made invoices to read.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same invoices.")] = 0,
    languages: Annotated[str, typer.Option("--languages", metavar="en,us,de,…", help="All by default.")] = "",
    distinct: Annotated[int, typer.Option("--distinct", min=1, help="Different ones; they are copied beyond.")] = 500,
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", help="Mix in the PDFs of a folder.")] = None,
    scans: Annotated[bool, typer.Option("--scans", help="As scans at 200 dpi, read by OCR.")] = False,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="Files at a time; all cores.")] = None,
    keep: Annotated[Path | None, typer.Option("--keep", metavar="DIR", help="Leave the made files here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
    show: Annotated[bool, typer.Option("--list", help="Name every wrong value.")] = False,
) -> int:
    """Read many made invoices in one run: what is right, how fast it is, how memory grows."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        truths = make_files(folder, min(files, distinct), seed, _languages(languages), scans=scans)
        others = sorted(data.rglob("*.pdf")) if data is not None else []
        copies = Path(scratch)
        result = _run(_sources([*map(Path, truths), *others], files, copies), truths, copies, jobs, files, show=show)
    print(json.dumps(result, indent=1, ensure_ascii=False) if as_json else _table(result))
    return 0


def _languages(text: str) -> list[str]:
    from docparse.bench.invoice_words import LOCALES
    from docparse.errors import UsageError

    chosen = [part for part in text.split(",") if part] or list(LOCALES)
    unknown = [name for name in chosen if name not in LOCALES]
    if unknown:
        raise UsageError(f"--languages: {unknown[0]!r} is not known (known: {', '.join(LOCALES)})")
    return chosen


def make_files(folder: Path, count: int, seed: int, languages: list[str], *, scans: bool = False) -> dict[str, Any]:
    """Write `count` invoices; their truth by path (`fields`, `lines`, `traits`)."""
    from docparse.bench.invoice_facts import make_facts
    from docparse.bench.invoice_pages import draw_invoice

    folder.mkdir(parents=True, exist_ok=True)
    truths: dict[str, Any] = {}
    for place in range(count):
        language = languages[place % len(languages)]
        rng = random.Random(f"{seed} {place} {language}")
        facts = make_facts(rng, language)
        pdf = draw_invoice(facts, rng)
        path = folder / f"made-{place:05d}-{language}.pdf"
        path.write_bytes(_scanned(pdf) if scans else pdf)
        truths[str(path)] = {
            "fields": facts.truth(), "traits": [language, *facts.traits],
            "lines": [] if "no lines" in facts.traits else facts.lines,
        }  # fmt: skip
    return truths


def _scanned(pdf: bytes) -> bytes:
    """The pages as grey pictures."""
    import pymupdf

    made = pymupdf.open()
    with pymupdf.open(stream=pdf) as source:
        for page in source:
            picture = page.get_pixmap(dpi=200, colorspace=pymupdf.csGRAY)
            target = made.new_page(width=page.rect.width, height=page.rect.height)
            target.insert_image(target.rect, stream=picture.tobytes("jpeg", jpg_quality=80))
    data: bytes = made.tobytes(garbage=1, deflate=True)
    made.close()
    return data


def _sources(originals: list[Path], count: int, scratch: Path) -> Iterator[Path]:
    """`count` files, one by one: every original, then copies of them in turn."""
    for place in range(count):
        source = originals[place % len(originals)]
        if place < len(originals):
            yield source
        else:
            copy = scratch / f"copy-{place:06d}.pdf"
            shutil.copyfile(source, copy)
            yield copy


def _run(
    sources: Iterator[Path], truths: dict[str, Any], scratch: Path, jobs: int | None, files: int, *, show: bool
) -> dict[str, Any]:
    """Read all sources; a copy in `scratch` goes as soon as its result is there."""
    from docparse.invoices import extract_invoices

    tally, memory = Tally(), [(0, _memory_mb())]
    step = max(1, files // _STEPS)
    seen: set[str] = set()
    started = time.monotonic()
    for result in extract_invoices(sources, jobs=jobs):
        if result.source not in seen:
            seen.add(result.source)
            if len(seen) % step == 0:
                memory.append((len(seen), _memory_mb()))
        if result.source in truths:
            judge(result.model_dump(), truths.pop(result.source), tally)
        elif Path(result.source).parent == scratch:
            Path(result.source).unlink(missing_ok=True)
    seconds = time.monotonic() - started
    per_1000 = (memory[-1][1] - memory[1][1]) / max(1, memory[-1][0] - memory[1][0]) * 1000 if len(memory) > 2 else 0.0
    return {
        **tally.as_json(show=show), "files_read": len(seen), "seconds": round(seconds, 1),
        "files_per_s": round(len(seen) / seconds, 2), "memory_mb": [(n, round(mb, 1)) for n, mb in memory],
        "memory_mb_per_1000": round(per_1000, 2),
    }  # fmt: skip


def _memory_mb() -> float:
    """Resident memory of this process and all below it, shared pages counted once for each."""
    import psutil

    own = psutil.Process(os.getpid())
    total = 0
    for process in (own, *own.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / (1 << 20)


def judge(result: dict[str, Any], truth: dict[str, Any], tally: Tally) -> None:
    """Compare one result with its truth."""
    data = result.get("data") or {}
    name = Path(result["source"]).name
    flagged = {flag["field"].split("[")[0] for flag in result["flags"]}
    right: dict[str, bool] = {}
    for path, wanted in truth["fields"].items():
        got = get(data, path)
        right[path] = _same(path, wanted, got)
        tally.fields[f"{path}:all"] += 1
        tally.fields[f"{path}:right"] += right[path]
        if not right[path]:
            tally.wrong.append(f"{name} {path}: {wanted} read as {got}")
            tally.silent += got is not None and path.split(".")[0] not in {flag.split(".")[0] for flag in flagged}
    exact = all(right.get(path, True) for path in _EXACT)
    tally.files += 1
    tally.exact += exact
    for trait in truth["traits"]:
        tally.traits[f"{trait}:all"] += len(right)
        tally.traits[f"{trait}:right"] += sum(right.values())
    said = {flag["field"] for flag in result["flags"]}
    tally.unproved += sum(
        get(data, path) is not None and path not in result["citations"] and path not in said for path in truth["fields"]
    )
    _judge_lines(data.get("lines") or [], truth["lines"], name, tally)


def _judge_lines(found: list[dict[str, Any]], wanted: list[Any], name: str, tally: Tally) -> None:
    left = Counter((abs(line.quantity), abs(line.price), abs(line.amount)) for line in wanted)
    tally.lines["truth"] += len(wanted)
    tally.lines["found"] += len(found)
    right = 0
    for line in found:
        shown = {**line, "price": line.get("gross_unit_price") or line.get("unit_price")}  # before a line's discount
        quantity, price, amount = (abs(shown.get(k) or Decimal(0)) for k in ("quantity", "price", "line_total"))
        key = (quantity, price, amount)
        if left[key] > 0:
            left[key] -= 1
            right += 1
    tally.lines["right"] += right
    if right < max(len(wanted), len(found)):
        tally.wrong.append(f"{name} lines: {right} right of {len(wanted)}, {len(found)} found")


def _same(path: str, wanted: Any, got: Any) -> bool:
    if got in (None, ""):
        return False
    if isinstance(wanted, Decimal):
        return isinstance(got, Decimal) and abs(abs(wanted) - abs(got)) < Decimal("0.006")
    a, b = squash(str(wanted)), squash(str(got))
    return a in b and len(b) <= 2 * len(a) if path in _NAMES else a == b


def _table(result: dict[str, Any]) -> str:
    lines = [f"{result['files']} made invoices, {result['files_read']} files read in {result['seconds']} s"]
    told = ("fields", "wholly_right", "lines_f1", "values_without_place", "wrong_unflagged", "files_per_s")
    lines += [f"{name:24}{result[name]}" for name in told]
    for group in ("by_field", "by_trait"):
        lines += [f"  {name:22}{share}" for name, share in result[group].items()]
    lines += [f"memory after {count:6} files: {mb} MB" for count, mb in result["memory_mb"]]
    lines.append(f"memory per 1,000 files: {result['memory_mb_per_1000']} MB")
    return "\n".join([*lines, *result.get("wrong", [])])
