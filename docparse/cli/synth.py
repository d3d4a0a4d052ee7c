"""`docparse synth`: documents of every element kind with their truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def synth(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder for the documents.")],
    pages: Annotated[int, typer.Option("--pages", "-n", min=1, help="Pages in all.")] = 10,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same truth.")] = 0,
    kinds: Annotated[list[str] | None, typer.Option(metavar="table,chart,…", help="Element kinds; all.")] = None,
    languages: Annotated[list[str] | None, typer.Option(metavar="en,de,…", help="Languages; all twelve.")] = None,
    layouts: Annotated[list[str] | None, typer.Option(metavar="two,letter,…", help="Layouts; all.")] = None,
    degrade: Annotated[
        list[str] | None, typer.Option(metavar="skew,noise,…|all", help="Write scans too, degraded like this.")
    ] = None,
    page_size: Annotated[
        str | None, typer.Option(metavar="a4|WxH", help="Paper of every page; sizes in points.")
    ] = None,
    max_pages: Annotated[int, typer.Option("--max-pages", min=1, help="Of one document.")] = 4,
    dpi: Annotated[int, typer.Option(help="Resolution of scans.")] = 150,
    tagged: Annotated[bool, typer.Option("--tagged", help="PDFs that name their own structure.")] = False,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, max=64, help="Processes.")] = 2,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Only errors.")] = False,
) -> int:
    """Make documents of every element kind: PDF, optionally scans, and the truth as HTML, JSON and Markdown."""
    from docparse.errors import UsageError
    from docparse.export import write_atomically
    from docparse.synth.make import make_documents
    from docparse.synth.options import DEGRADATIONS, SynthOptions, paper
    from docparse.synth.write import write_document

    size = None
    if page_size is not None:
        width, sign, height = page_size.partition("x")
        try:
            size = (float(width), float(height)) if sign else paper(page_size)
        except ValueError:
            raise UsageError(f"--page-size {page_size!r}: give a name (a4) or WIDTHxHEIGHT in points") from None
    wear = _split(degrade)
    options = SynthOptions(
        pages=pages, seed=seed, kinds=_split(kinds), languages=_split(languages), layouts=_split(layouts),
        degrade=DEGRADATIONS if wear == ("all",) else wear, page_size=size, max_pages=max_pages, scan_dpi=dpi,
        tagged=tagged, jobs=jobs,
    )  # fmt: skip
    lines = []
    for made in make_documents(options):
        lines.append(write_document(made, output))
        if not quiet:
            line = lines[-1]
            typer.echo(f"{line['name']}: {line['layout']}, {line['language']}, {line['pages']} pages", err=True)
    manifest = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    write_atomically(output / "manifest.jsonl", manifest.encode())
    return 0


def _split(values: list[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for text in values or () for part in text.split(",") if part.strip())
