"""`docparse invoices`: folders of invoices in, rows out, each field with the place it was read from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from docparse.cli.progress import Mode

if TYPE_CHECKING:
    from docparse.errors import DocparseError
    from docparse.options import ParseOptions

_RESUME = "Go on with an interrupted run: files that the manifest lists as done are left out."


def invoices(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="PDFs, images, XML invoices, or folders.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE.jsonl|.csv|.xlsx", help="Where to; JSON lines on stdout."),
    ] = None,
    engine: Annotated[
        Literal["auto", "embedded", "embedded-fast", "qwen", "remote"],
        typer.Option(help="embedded: rules over words and tables; qwen, remote: a model reads, proofs are checked."),
    ] = "auto",
    model: Annotated[str | None, typer.Option(help="Model of the qwen or remote engine.")] = None,
    fields: Annotated[
        str | None, typer.Option(metavar="SCHEMA.json|module:Model", help="Other data to extract, by a model engine.")
    ] = None,
    templates: Annotated[
        Path | None, typer.Option(metavar="DIR", help="invoice2data templates that go before the rules.")
    ] = None,
    write: Annotated[
        list[str] | None,
        typer.Option("--write", metavar="factur-x", help="Write an EN 16931 CII file and hybrid PDF too."),
    ] = None,
    xml: Annotated[bool, typer.Option("--xml/--no-xml", help="Read embedded e-invoices.")] = True,
    resume: Annotated[bool, typer.Option("--resume/--restart", help=_RESUME)] = True,
    manifest: Annotated[Path | None, typer.Option(metavar="FILE", help="Run manifest; OUTPUT.manifest.jsonl.")] = None,
    pages: Annotated[str | None, typer.Option(metavar="1,3-5,8-end", help="Pages, counted from 1.")] = None,
    password: Annotated[str | None, typer.Option(help="Of encrypted PDFs.")] = None,
    languages: Annotated[
        list[str] | None, typer.Option(metavar="eng,deu", help="Languages, where known (for OCR).")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", min=1, max=256, help="Files at a time; all cores.")
    ] = None,
    progress: Annotated[Mode, typer.Option(help="auto: a bar on a terminal; json: lines on stderr.")] = "auto",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Only errors on stderr.")] = False,
) -> int:
    """Extract invoices and receipts: every field with the words it was read from, checked by EN 16931's rules."""
    from docparse.cli.invoice_run import InvoiceRun
    from docparse.cli.progress import open_progress
    from docparse.errors import UsageError
    from docparse.invoices.fields import load_fields
    from docparse.invoices.inputs import expand
    from docparse.invoices.options import InvoiceOptions

    if write and set(write) - {"factur-x"}:
        raise UsageError(f"--write {write[0]}: only factur-x can be written")
    if write and output is None:
        raise UsageError("--write factur-x needs -o: its files go beside the output")
    asked = InvoiceOptions(
        _parse_options(engine=engine, model=model, pages=pages, password=password, jobs=jobs,
        languages=_split(languages)),
        templates=templates, fields=load_fields(fields) if fields else None, xml=xml,
    )  # fmt: skip
    sources = expand(inputs)
    with open_progress(progress, documents=len(sources), verbosity=-1 if quiet else 0) as shown:
        run = InvoiceRun(sources, asked, output, shown, manifest=manifest, resume=resume, factur_x=bool(write))
        error = run()
        if not quiet:
            shown.say(run.summary())
        shown.event("end", exit_code=error.exit_code if error else 0, documents=len(sources))
    return _code(error)


def _split(languages: list[str] | None) -> tuple[str, ...]:
    return tuple(part for text in languages or () for part in text.replace("+", ",").split(",") if part)


def _parse_options(**values: Any) -> ParseOptions:
    """ParseOptions; a value that it refuses is a UsageError that names it."""
    from pydantic import ValidationError

    from docparse.errors import UsageError
    from docparse.options import ParseOptions

    try:
        return ParseOptions(**values)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"--{first['loc'][0]}: {first['msg'].lower()}") from None


def _code(error: DocparseError | None) -> int:
    return 0 if error is None else error.exit_code
