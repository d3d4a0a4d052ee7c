"""`docparse export`: a JSON result, with what was corrected, in other formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docparse.cli.outputs import HeadersFooters, Images

_TO = "Formats, by commas or repeated; if left out by the suffix of -o, md on stdout."


def export(
    results: Annotated[list[str], typer.Argument(metavar="RESULT.json...", help="What docparse wrote as JSON.")],
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE|DIR/|-", help="Where to; default stdout.")
    ] = None,
    to: Annotated[list[str] | None, typer.Option("--to", metavar="FORMAT", help=_TO)] = None,
    original: Annotated[bool, typer.Option("--original", help="Without the corrections beside the result.")] = False,
    source: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The file that was parsed, for PDFs; found by its name if left out."),
    ] = None,
    password: Annotated[str | None, typer.Option(help="Of an encrypted source.")] = None,
    headers_footers: Annotated[
        HeadersFooters, typer.Option(help="Running headers and footers in md and txt.")
    ] = "drop",
    images: Annotated[Images | None, typer.Option(help="Pictures as files, inside the output, or none.")] = None,
    no_overwrite: Annotated[bool, typer.Option("-n", "--no-overwrite", help="Fail where an output exists.")] = False,
) -> int:
    """Write JSON results in other formats. Corrections in NAME.corrections.json beside a result are applied."""
    from docparse.cli.inputs import Input
    from docparse.cli.outputs import formats_of, plan_outputs
    from docparse.cli.result_files import corrected, open_result
    from docparse.cli.writing import check_targets, make_folder, make_folders, write_targets
    from docparse.errors import UsageError
    from docparse.settings import load_settings

    settings = load_settings()
    if source is not None and len(results) > 1:
        raise UsageError("--source belongs to one result", user_action="Export them one by one.")
    items = [Input(name, Path(name), Path(Path(name).name)) for name in dict.fromkeys(results)]
    plan = plan_outputs(items, output, formats_of(to or ()), None)
    for job in plan.jobs:
        check_targets(job.targets, no_overwrite=no_overwrite)
    make_folder(plan.folder)
    for job in plan.jobs:
        make_folders(plan.folder, job.targets)
        assert job.item.path is not None
        result = open_result(job.item.path, source)
        document, edits = (result.document, 0) if original else corrected(result, settings, password)
        write_targets(
            document, job, result.source, headers_footers=headers_footers, images=images, password=password
        )  # fmt: skip
        if edits:
            count = "1 correction" if edits == 1 else f"{edits} corrections"
            typer.echo(f"docparse: {job.item.shown}: {count} applied", err=True)
    return 0
