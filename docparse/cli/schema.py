"""`docparse schema`: the published JSON Schema on stdout."""

from __future__ import annotations

from typing import Annotated, Literal

import typer


def schema(
    name: Annotated[Literal["document", "invoice", "invoice-data"], typer.Argument(help="Which schema.")] = "document",
) -> int:
    """Print the JSON Schema of the JSON output: of `parse`, of a line of `invoices`, or of the invoice in it."""
    from docparse.cli.writing import write_stdout

    if name == "document":
        from docparse.export.json import schema_text

        write_stdout(schema_text().encode())
    else:
        from docparse.schemas.invoice import schema_text as invoice_schema_text

        write_stdout(invoice_schema_text(whole=name == "invoice").encode())
    return 0
