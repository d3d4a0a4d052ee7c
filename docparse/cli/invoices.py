"""`docparse invoices`: folders of invoices in, rows out, each field with the place it was read from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def invoices(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files or folders.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE.jsonl|.csv|.xlsx", help="Where to; JSON lines on stdout.")
    ] = None,
    engine: Annotated[
        Literal["auto", "embedded", "embedded-fast", "qwen", "remote"], typer.Option(help="auto: the embedded engine.")
    ] = "auto",
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, max=256, help="Files at a time; all cores.")] = None,
) -> int:
    """Extract invoices and receipts: every field with the words it was read from."""
    from docparse.cli.inputs import expand_inputs
    from docparse.invoices import InvoiceOptions, extract_invoices
    from docparse.options import ParseOptions

    items = expand_inputs(inputs)
    options = InvoiceOptions(ParseOptions(engine="embedded" if engine == "auto" else engine, jobs=jobs))
    lines = [
        result.model_dump_json(exclude_none=False)
        for result in extract_invoices([item.path for item in items if item.path is not None], options, jobs=jobs)
    ]
    text = "".join(line + "\n" for line in lines)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text)
    return 0
