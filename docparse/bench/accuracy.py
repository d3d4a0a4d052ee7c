"""`docparse bench accuracy`: an engine over documents whose truth is known, a table by element kind."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from docparse.bench.accuracy_match import PageTally
    from docparse.options import ParseOptions
    from docparse.schemas.document import Document


@dataclass(frozen=True, slots=True)
class Sample:
    """A file and its truth."""

    name: str
    source: Path | bytes = field(repr=False)
    truth: Document = field(repr=False)


def accuracy(
    truth: Annotated[
        str, typer.Argument(metavar="DIR|synth", help="Folder of docparse synth, or make pages now.")
    ] = "synth",
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A set with MANIFEST.tsv and its own score.py.")
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="tables,text", help="Categories of --data.")] = None,
    predictions: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep what was written for --data.")] = None,
    engine: Annotated[str, typer.Option(help="auto, embedded, embedded-fast, qwen or remote.")] = "auto",
    model: Annotated[str | None, typer.Option(metavar="PATH", help="Model of the engine.")] = None,
    pages: Annotated[int, typer.Option(min=1, help="Pages to make for synth.")] = 20,
    seed: Annotated[int, typer.Option(help="Seed for synth.")] = 0,
    languages: Annotated[str, typer.Option(metavar="en,de,…", help="Languages for synth; all.")] = "",
    degrade: Annotated[str, typer.Option(metavar="skew,noise,…|all", help="Scans of the pages made, too.")] = "",
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="Processes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of the table.")] = False,
) -> int:
    """Text similarity, TEDS, boxes, LaTeX, SMILES, notes, chart data and reading order of an engine.

    Over a folder that docparse synth wrote, pages made now, or (--data) real documents with their own scorer.
    """
    if data is not None:
        from docparse.bench.accuracy_data import score_set

        shown, report = score_set(data, engine=engine, model=model, only=only, predictions=predictions)
        print(json.dumps(report["summary"], ensure_ascii=False) if as_json else shown.rstrip())
        return 0
    samples: Iterable[Sample]
    samples = _made(pages, seed, languages, degrade, jobs or 2) if truth == "synth" else _folder(Path(truth))
    report = measure(samples, _options(engine, model, jobs))
    print(json.dumps(report, ensure_ascii=False) if as_json else shown_report(report))
    return 0


def _options(engine: str, model: str | None, jobs: int | None) -> ParseOptions:
    from pydantic import ValidationError

    from docparse.errors import UsageError
    from docparse.options import ParseOptions

    try:
        return ParseOptions.model_validate({"engine": engine, "model": model, "jobs": jobs, "crops": False})
    except ValidationError:
        raise UsageError(f"--engine {engine!r} is not known") from None


def _made(pages: int, seed: int, languages: str, degrade: str, jobs: int) -> Iterator[Sample]:
    """Documents made now, born digital and, if asked for, scanned."""
    from docparse.synth import DEGRADATIONS, SynthOptions, make_documents

    wear = DEGRADATIONS if degrade == "all" else tuple(filter(None, degrade.split(",")))
    spoken = tuple(filter(None, languages.split(",")))
    for made in make_documents(SynthOptions(pages=pages, seed=seed, languages=spoken, degrade=wear, jobs=jobs)):
        yield Sample(made.name, made.pdf, made.document)
        if made.scan_pdf is not None and made.scan_document is not None:
            yield Sample(f"{made.name}.scan", made.scan_pdf, made.scan_document)


def _folder(folder: Path) -> list[Sample]:
    """Every NAME.pdf with its NAME.json. Raises FileMissing when there is none."""
    from docparse.errors import FileMissing
    from docparse.schemas.document import Document

    pairs = [(path, path.with_suffix(".json")) for path in sorted(folder.glob("*.pdf"))]
    pairs = [(path, truth) for path, truth in pairs if truth.is_file()]
    if not pairs:
        raise FileMissing(
            f"{folder}: no NAME.pdf with NAME.json", user_action="Make a folder with docparse synth -o DIR."
        )
    return [
        Sample(path.stem, path, Document.model_validate_json(truth.read_text(encoding="utf-8")))
        for path, truth in pairs
    ]


def measure(samples: Iterable[Sample], options: ParseOptions) -> dict[str, Any]:
    """Parse every sample and compare it with its truth; scans are counted apart.

    A document that can't be parsed counts as empty pages and stands under `failed`.
    """
    import docparse
    from docparse.bench.accuracy_match import PageTally
    from docparse.bench.accuracy_report import record
    from docparse.errors import Cancelled, DocparseError
    from docparse.pipeline import open_engine, parse
    from docparse.settings import load_settings

    settings = load_settings()
    engine, info = open_engine(options, settings)
    groups: dict[str, PageTally] = {}
    counts: dict[str, int] = {}
    failed: list[dict[str, str]] = []
    seconds = 0.0
    try:
        for sample in samples:
            group = "scans" if sample.truth.pages and sample.truth.pages[0].text_layer == "absent" else "born digital"
            started = time.monotonic()
            found: Document | None = None
            try:
                found = parse(
                    sample.source, options=options, settings=settings, engine=engine, name=f"{sample.name}.pdf"
                )
            except Cancelled:
                raise
            except DocparseError as error:
                failed.append({"name": sample.name, "error": error.message})
            seconds += time.monotonic() - started
            groups.setdefault(group, PageTally()).add(_compare(sample.truth, found))
            counts[group] = counts.get(group, 0) + len(sample.truth.pages)
            print(f"{sample.name}: {len(sample.truth.pages)} pages", file=sys.stderr)
    finally:
        engine.close()
    return {
        "docparse": docparse.__version__, "engine": info.name, "model": info.model, "failed": failed,
        "seconds": round(seconds, 1), "pages": sum(counts.values()),
        "groups": {name: {"pages": counts[name], **record(tally)} for name, tally in groups.items()},
    }  # fmt: skip


def _compare(truth: Document, found: Document | None) -> PageTally:
    from docparse.bench.accuracy_match import PageTally, compare_pages

    by_number = {page.number: page.blocks for page in found.pages} if found is not None else {}
    tally = PageTally()
    for page in truth.pages:
        tally.add(compare_pages(page.blocks, by_number.get(page.number, [])))
    return tally


def shown_report(report: dict[str, Any]) -> str:
    """The report as text."""
    from docparse.bench.accuracy_report import table

    model = f", model {report['model']}" if report["model"] else ""
    speed = report["pages"] / report["seconds"] if report["seconds"] else 0.0
    run = f"docparse {report['docparse']}, engine {report['engine']}{model}"
    lines = [f"{run}: {report['pages']} pages in {report['seconds']} s ({speed:.2f} pages/s)"]
    lines += [table(f"{name}, {values['pages']} pages", values) for name, values in report["groups"].items()]
    lines += [f"failed: {item['name']}: {item['error']}" for item in report["failed"]]
    return "\n".join(lines)
