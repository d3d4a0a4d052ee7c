"""`docparse view`: the viewer for results on disk."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from docparse.cli.outcome import Outcome
    from docparse.cli.outputs import Job
    from docparse.cli.result_files import Result


def view(
    results: Annotated[list[Path], typer.Argument(metavar="RESULT.json...", help="What docparse wrote as JSON.")],
    source: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The file that was parsed; found by its name if left out, else pages are white."
        ),
    ] = None,
    password: Annotated[str | None, typer.Option(help="Of an encrypted source.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only say the address.")] = False,
) -> int:
    """Show results in the browser: pages with boxes beside what was read. Ends with Ctrl-C.

    Corrections that are made there are saved beside each result as NAME.corrections.json; `docparse export` applies
    them.
    """
    from docparse.cli.result_files import open_result
    from docparse.errors import UsageError

    if source is not None and len(results) > 1:
        raise UsageError("--source belongs to one result", user_action="View them one by one.")
    opened = [open_result(path, source) for path in dict.fromkeys(results)]
    check_viewer()
    _show(opened, password=password, port=port, browser=not no_browser)
    return 0


def check_viewer() -> None:
    """Raises MissingDependency when the packages of the viewer are not installed."""
    try:
        import docparse.api.local_view  # noqa: F401
    except ImportError as error:
        from docparse.errors import MissingDependency

        raise MissingDependency(
            f"the viewer needs {error.name or 'more packages'}", user_action="pip install 'docparse[serve]'"
        ) from None


def show_outcomes(outcomes: Sequence[Outcome], jobs: Sequence[Job], password: str | None) -> None:
    """The viewer for what a run has just made; what it did not write as JSON is kept in a temporary folder.

    That folder goes at the end, unless corrections were made.
    """
    from docparse.cli.result_files import Result
    from docparse.corrections import load_document
    from docparse.export import read_images

    paths = {id(job.item): job.json_path for job in jobs}
    found: list[Result] = []
    folder = Path(tempfile.mkdtemp(prefix="docparse-results-"))
    try:
        for number, outcome in enumerate(outcomes, 1):
            path, document = paths.get(id(outcome.item)), outcome.document
            if path is not None and path.exists():
                document = read_images(load_document(path), path.parent)
            elif document is not None:
                path = document.save(folder / f"{number}-{Path(document.source.name).stem[:80]}.json")
            if path is not None and document is not None:
                found.append(Result(path, document, outcome.item.path))
        if found:
            _show(found, password=password, port=0, browser=True)
    finally:
        if any(folder.glob("*.corrections.json")):
            typer.echo(f"docparse: the corrected results are in {folder}", err=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _show(results: Sequence[Result], *, password: str | None, port: int, browser: bool) -> None:
    from docparse.api.local_view import show

    show(
        [(result.path, result.document, result.source) for result in results], password=password, port=port,
        browser=browser, say=lambda line: typer.echo(line, err=True),
    )  # fmt: skip
