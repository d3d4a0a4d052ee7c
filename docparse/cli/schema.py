"""`docparse schema`: the published JSON Schema on stdout."""

from __future__ import annotations

from typing import Annotated, Literal

import typer


def schema(
    name: Annotated[Literal["document"], typer.Argument(help="Which schema.")] = "document",
) -> int:
    """Print the JSON Schema of the JSON output."""
    from docparse.cli.writing import write_stdout
    from docparse.export.json import schema_text

    write_stdout(schema_text().encode())
    return 0
