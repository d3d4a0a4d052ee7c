"""`docparse bench verify`: does the page verifier flag faulty pages, and leave good ones alone?

Every page is parsed, its blocks are taken as good, and each fault of `faults.py` is put into a copy of them. The page
counts as flagged when the verifier raises a flag.
"""

from __future__ import annotations

import json
import random
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from docparse.schemas.document import Block, Document, Page
from docparse.schemas.page import PageImage, PageOutput, PixelBudget, TextLayer, TextQuality

if TYPE_CHECKING:
    from docparse.model.embedded.engine import EmbeddedEngine

_UNKNOWN, _UNKNOWN_SHARE = "\ufffd", 0.005  # signs that the file does not say, and how many a truth may have
_FILES = (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff")


@dataclass(slots=True)
class Sample:
    """A page with what the engine said about it."""

    name: str
    image: PageImage
    output: PageOutput
    page: Page


@dataclass(slots=True)
class Tally:
    """How many of how many pages were flagged."""

    flagged: int = 0
    pages: int = 0
    others: list[str] = field(default_factory=list)

    def count(self, flagged: bool, name: str, expected: bool) -> None:
        self.flagged += flagged
        self.pages += 1
        if flagged is not expected:
            self.others.append(name)

    @property
    def share(self) -> float | None:
        return round(self.flagged / self.pages, 4) if self.pages else None


@dataclass(slots=True)
class Outcome:
    """The result: pages with faults by fault, good pages by witness."""

    faulty: dict[str, Tally]
    good: dict[str, Tally]
    skipped: int = 0

    def as_json(self, *, pages: bool) -> dict[str, Any]:
        flagged, total = (sum(getattr(t, key) for t in self.faulty.values()) for key in ("flagged", "pages"))
        good = [sum(getattr(t, key) for t in self.good.values()) for key in ("flagged", "pages")]
        result: dict[str, Any] = {
            "faulty_flagged": round(flagged / total, 4) if total else None,
            "good_flagged": round(good[0] / good[1], 4) if good[1] else None,
            "faulty_pages": total,
            "good_pages": good[1],
            "pages_without_witness": self.skipped,
            "by_fault": {name: _entry(tally, "faulty_flagged") for name, tally in self.faulty.items()},
            "by_witness": {name: _entry(tally, "good_flagged") for name, tally in self.good.items()},
        }
        if pages:
            result["missed"] = {name: tally.others for name, tally in self.faulty.items()}
            result["good_pages_flagged"] = {name: tally.others for name, tally in self.good.items()}
        return result


def _entry(tally: Tally, name: str) -> dict[str, Any]:
    return {name: tally.share, "pages": tally.pages}


def verify(
    data: Annotated[list[Path], typer.Option("--data", help="Documents or folders; may be given again.")],
    engine: Annotated[str, typer.Option("--engine", help="Whose output is taken as good.")] = "embedded",
    pages: Annotated[int, typer.Option("--pages", min=1, help="Pages of each document.")] = 3,
    witness: Annotated[
        str, typer.Option("--witness", help="page: its own words. ocr: what OCR reads where a text layer is the truth.")
    ] = "page",
    files: Annotated[int | None, typer.Option("--files", min=1, help="At most so many documents.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the places that the faults are put in.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
    list_pages: Annotated[bool, typer.Option("--list", help="Name missed faults and flagged good pages.")] = False,
) -> int:
    """Measure the page verifier on documents with faults put into their good output.

    With `--witness ocr`, pages with a sound text layer stand for what a model reads without a fault, and OCR of their
    pixels, at a model's resolution, for the witness of a scan. Made documents (`docparse synth --degrade`) bring their
    truth with them, so that their scans are read too.
    """
    from docparse.errors import FileMissing, UsageError

    if witness not in ("page", "ocr"):
        raise UsageError(f"--witness {witness!r}: page or ocr")

    documents = [path for item in data for path in find_documents(item)]
    if not documents:
        raise FileMissing(f"no PDFs or images under {', '.join(map(str, data))}")
    if files is not None and len(documents) > files:
        documents = [documents[i * len(documents) // files] for i in range(files)]
    samples = read_samples(documents, engine, pages) if witness == "page" else read_scanned(documents, pages)
    outcome = measure(samples, seed)
    result = outcome.as_json(pages=list_pages)
    print(json.dumps(result, indent=1) if as_json else _table(result))
    return 0


def find_documents(path: Path) -> list[Path]:
    """The PDFs and images of a folder (all below it) or the file itself, sorted."""
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in _FILES)


def read_samples(documents: Sequence[Path], engine: str, pages: int) -> Iterator[Sample]:
    """The first pages of every document as the engine gives them; documents that can't be read are passed over."""
    from docparse.errors import DocparseError
    from docparse.model import open_engine
    from docparse.model.base import Deadline
    from docparse.options import ParseOptions
    from docparse.reading import typed_page
    from docparse.settings import load_settings
    from docparse.source import open_source

    settings = load_settings()
    opened, _ = open_engine(ParseOptions.model_validate({"engine": engine}), settings)
    try:
        for path in documents:
            try:
                with open_source(path, options=ParseOptions(), settings=settings) as source:
                    del source.numbers[pages:]
                    for image in source.pages(opened.budget, 1):
                        if isinstance(image, DocparseError):
                            continue
                        output = opened.submit(image, deadline=Deadline.after(120)).result()
                        name = f"{path.parent.name}/{path.name} page {image.number}"
                        yield Sample(name, image.replace(pixels=None), output, typed_page(image, output))
            except DocparseError as error:
                print(f"{path.name}: {error}", file=sys.stderr)
    finally:
        opened.close()


def read_scanned(documents: Sequence[Path], pages: int) -> Iterator[Sample]:
    """Pages as a model without fault would read their scans: blocks of the text layer, OCR words as the witness."""
    from docparse.model.embedded.engine import EmbeddedEngine

    ocr, fast = EmbeddedEngine(), EmbeddedEngine(fast=True)
    try:
        for path in documents:
            yield from _scanned_pages(path, pages, fast, ocr)
    finally:
        ocr.close()


def _scanned_pages(path: Path, pages: int, fast: EmbeddedEngine, ocr: EmbeddedEngine) -> Iterator[Sample]:
    from docparse.errors import DocparseError
    from docparse.model.base import Deadline
    from docparse.options import ParseOptions
    from docparse.second_witness import doubt_of
    from docparse.settings import load_settings
    from docparse.source import open_source

    truth = _truth_of(path)
    try:
        with open_source(path, options=ParseOptions(), settings=load_settings()) as source:
            del source.numbers[pages:]
            for image in source.pages(PixelBudget(), 1):
                if isinstance(image, DocparseError):
                    continue
                page = truth[image.number] if truth else _by_text_layer(image, fast)
                if page is None:
                    continue
                words = ocr.submit_words(image, deadline=Deadline.after(120)).result()
                heard = () if doubt_of(words) else words.words
                output = PageOutput("", "qwen", words=heard, flags=words.flags)
                bare = image.replace(text=TextLayer())  # its pixels say where OCR was blind
                yield Sample(f"{path.parent.name}/{path.name} page {image.number}", bare, output, page)
    except DocparseError as error:
        print(f"{path.name}: {error}", file=sys.stderr)


def _truth_of(path: Path) -> dict[int, Page]:
    """The pages of a made document, by number, from the JSON beside it."""
    beside = path.with_suffix(".json")
    if not beside.is_file() or not beside.with_suffix(".md").is_file():
        return {}
    try:
        found = Document.model_validate_json(beside.read_bytes())
    except ValueError:
        return {}
    return {page.number: page for page in found.pages}


def _by_text_layer(image: PageImage, fast: EmbeddedEngine) -> Page | None:
    """What a model without fault would read; None where the text layer is no truth of what is to be seen."""
    from docparse.model.base import Deadline
    from docparse.reading import typed_page

    if image.text.quality is not TextQuality.SOUND or image.pictures:
        return None  # what stands in a picture, a text layer does not know
    unknown = sum(word.text.count(_UNKNOWN) for word in image.text.words)
    if unknown > _UNKNOWN_SHARE * sum(len(word.text) for word in image.text.words):
        return None
    return typed_page(image, fast.submit(image, deadline=Deadline()).result())


def measure(samples: Iterator[Sample], seed: int = 1) -> Outcome:
    """Judge every page as it is and with each fault in it."""
    from docparse.bench.faults import FAULTS
    from docparse.checks.page import verify_page
    from docparse.checks.witness import find_witness

    outcome = Outcome({name: Tally() for name in FAULTS}, {"text_layer": Tally(), "ocr": Tally()})
    others: list[Sequence[Block]] = [[]]
    for sample in samples:
        witness = find_witness(sample.image, sample.output)
        if witness is None or not sample.page.blocks:
            outcome.skipped += 1
            continue
        verdict = verify_page(sample.page, sample.image, sample.output, witness)
        outcome.good[witness.source].count(bool(verdict.flags), f"{sample.name}: {' '.join(verdict.flags)}", False)
        for name, fault in FAULTS.items():
            rng = random.Random(seed + zlib.crc32(f"{sample.name} {name}".encode()))
            blocks = fault([block.model_copy(deep=True) for block in sample.page.blocks], others[-1], rng)
            if blocks is None:
                continue
            page = sample.page.model_copy(update={"blocks": blocks})
            flags = verify_page(page, sample.image, sample.output, witness).flags
            outcome.faulty[name].count(bool(flags), sample.name, True)
        others = [sample.page.blocks]
    return outcome


def _table(result: dict[str, Any]) -> str:
    def line(name: str, share: float | None, count: int) -> str:
        return f"{name:34}{'–' if share is None else f'{share:.1%}':>8}{count:>8} pages"

    lines = [line(name, entry["faulty_flagged"], entry["pages"]) for name, entry in result["by_fault"].items()]
    lines.append(line("faulty pages flagged", result["faulty_flagged"], result["faulty_pages"]))
    lines += [
        line(f"good pages ({name}) flagged", entry["good_flagged"], entry["pages"])
        for name, entry in result["by_witness"].items()
    ]
    lines.append(line("good pages flagged", result["good_flagged"], result["good_pages"]))
    for key in ("missed", "good_pages_flagged"):
        lines += [f"{key}: {name}: {page}" for name, found in result.get(key, {}).items() for page in found]
    return "\n".join(lines)
