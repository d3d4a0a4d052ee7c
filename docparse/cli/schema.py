"""`docparse schema`: the published JSON Schema on stdout."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer


def schema(
    name: Annotated[Literal["document"], typer.Argument(help="Which schema.")] = "document",
) -> int:
    """Print the JSON Schema of the JSON output."""
    from docparse.cli.outputs import write_stdout
    from docparse.export.json import json_schema

    write_stdout(json.dumps(json_schema(), indent=2, ensure_ascii=False).encode())
    return 0
