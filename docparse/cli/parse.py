"""`docparse parse`: options from the command line, then the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from docparse.cli.outputs import HeadersFooters, Images
from docparse.cli.progress import Mode
from docparse.export.formats import FORMATS

if TYPE_CHECKING:
    from docparse.cli.run import Run
    from docparse.options import ParseOptions

_TO = (
    f"{', '.join(FORMATS)}; by commas or repeated. If left out: by suffix; md on stdout; html, json and md in a folder."
)
_IMAGES = "Pictures as files (NAME.images/), inside the output, or none. If left out: files in a folder and for md."
_MANIFEST = "Run manifest, a JSON line for each input; DIR/manifest.jsonl when the output is a folder."
_JSON = "One JSON object on stdout: what the run did, or its error; with the documents if there is no -o."
_VERBOSE = "A line for each page; -vv: tracebacks."
_OUT, _WHAT, _HOW, _AFTER, _RUN = "Output", "Pages and reading", "Engine", "After reading", "Run"


def _switch(name: str, what: str) -> Any:
    """An option that leaves out one thing that is done after reading."""
    return typer.Option(f"--no-{name}", help=f"Do not {what}.", rich_help_panel=_AFTER)


def parse(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files, folders, or - for stdin.")],
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE|DIR/|-", help="Where to; default stdout.", rich_help_panel=_OUT),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="FORMAT", help=_TO, rich_help_panel=_OUT),
    ] = None,
    overlay: Annotated[
        str | None,
        typer.Option(metavar="FILE.pdf|DIR/|-", help="The input as PDF with boxes drawn on it.", rich_help_panel=_OUT),
    ] = None,
    headers_footers: Annotated[
        HeadersFooters, typer.Option(help="Running headers and footers in md and txt.", rich_help_panel=_OUT)
    ] = "drop",
    images: Annotated[Images | None, typer.Option(help=_IMAGES, rich_help_panel=_OUT)] = None,
    no_overwrite: Annotated[
        bool, typer.Option("-n", "--no-overwrite", help="Fail where an output exists.", rich_help_panel=_OUT)
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Leave out inputs whose outputs all exist.", rich_help_panel=_OUT)
    ] = False,
    manifest: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=_MANIFEST, rich_help_panel=_OUT),
    ] = None,
    pages: Annotated[
        str | None, typer.Option(metavar="1,3-5,8-end", help="Pages, counted from 1.", rich_help_panel=_WHAT)
    ] = None,
    password: Annotated[str | None, typer.Option(help="Of encrypted PDFs.", rich_help_panel=_WHAT)] = None,
    ocr: Annotated[
        Literal["auto", "force", "never"],
        typer.Option(help="auto: where a page has no sound text layer.", rich_help_panel=_WHAT),
    ] = "auto",
    languages: Annotated[
        list[str] | None,
        typer.Option(metavar="eng,deu", help="Languages of the text, where known (for OCR).", rich_help_panel=_WHAT),
    ] = None,
    engine: Annotated[
        Literal["auto", "embedded", "embedded-fast", "qwen", "remote"],
        typer.Option(help="auto takes the best there is and says which.", rich_help_panel=_HOW),
    ] = "auto",
    model: Annotated[str | None, typer.Option(help="Model of the qwen or remote engine.", rich_help_panel=_HOW)] = None,
    server: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A docparse service does it; key: DOCPARSE_SERVER_KEY.", rich_help_panel=_HOW),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", min=1, max=256, help="Processes; all cores.", rich_help_panel=_HOW)
    ] = None,
    page_timeout: Annotated[float, typer.Option(metavar="SECONDS", help="For one page.", rich_help_panel=_HOW)] = 120.0,
    document_timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="For one document; none.", rich_help_panel=_HOW)
    ] = None,
    no_join: Annotated[bool, _switch("join", "join paragraphs and tables over columns and pages")] = False,
    no_dehyphenate: Annotated[bool, _switch("dehyphenate", "undo hyphenation where pieces are joined")] = False,
    no_running: Annotated[bool, _switch("running", "label running headers, footers and page numbers")] = False,
    no_levels: Annotated[bool, _switch("levels", "set heading levels over the whole document")] = False,
    no_captions: Annotated[bool, _switch("captions", "tie captions to figures and tables")] = False,
    no_footnotes: Annotated[bool, _switch("footnotes", "tie footnotes to their markers")] = False,
    no_reorder: Annotated[bool, _switch("reorder", "mend a reading order that contradicts the page")] = False,
    no_correct: Annotated[bool, _switch("correct", "correct a model's misreadings to a sound text layer")] = False,
    no_retry: Annotated[bool, _switch("retry", "read pages again that the verifier does not believe")] = False,
    no_witness: Annotated[bool, _switch("witness", "let OCR read scans beside a model, to check what it says")] = False,
    view: Annotated[
        bool, typer.Option("--view", help="Show the results in the browser when done.", rich_help_panel=_RUN)
    ] = False,
    abort_on_error: Annotated[
        bool, typer.Option("--abort-on-error", help="Stop at the first document that fails.", rich_help_panel=_RUN)
    ] = False,
    json_object: Annotated[
        bool,
        typer.Option(
            "--json",
            help=_JSON,
            rich_help_panel=_RUN,
        ),
    ] = False,
    progress: Annotated[
        Mode, typer.Option(help="auto: a bar on a terminal; json: lines on stderr.", rich_help_panel=_RUN)
    ] = "auto",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Only errors on stderr.", rich_help_panel=_RUN)] = False,
    verbose: Annotated[
        int,
        typer.Option("-v", "--verbose", count=True, help=_VERBOSE, rich_help_panel=_RUN),
    ] = 0,
) -> int:
    """Parse PDFs and images: every element of every page out, typed, boxed, in reading order."""
    from docparse.cli.inputs import expand_inputs
    from docparse.cli.manifest import NAME, Manifest
    from docparse.cli.outputs import Job, Plan, formats_of, plan_outputs
    from docparse.cli.progress import open_progress
    from docparse.cli.run import RunOptions
    from docparse.cli.view import check_viewer, show_outcomes
    from docparse.settings import load_settings

    options = _options(
        pages=pages, password=password, engine=engine, model=model, ocr=ocr, languages=_split(languages),
        page_timeout_s=page_timeout, document_timeout_s=document_timeout, jobs=jobs, crops=images != "none",
        join=not no_join, dehyphenate=not no_dehyphenate, running=not no_running, levels=not no_levels,
        captions=not no_captions, footnotes=not no_footnotes, reorder=not no_reorder, correct=not no_correct,
        retry=not no_retry, witness=not no_witness,
    )  # fmt: skip
    settings = load_settings()
    items = expand_inputs(inputs)
    formats = formats_of(to or ())
    if view:
        check_viewer()
    if (json_object and output in (None, "-")) or (view and output is None and not formats):
        plan = plan_outputs(items, output, formats, overlay) if overlay else Plan(tuple(Job(item) for item in items))
    else:
        plan = plan_outputs(items, output, formats, overlay)
    whole = json_object and output in (None, "-")
    how = RunOptions(
        headers_footers=headers_footers, images=images, skip_existing=skip_existing, no_overwrite=no_overwrite,
        abort_on_error=abort_on_error, keep_documents=whole or (view and not plan.holds_json),
    )  # fmt: skip
    if manifest is None and plan.folder is not None:
        manifest = plan.folder / NAME
    with open_progress(progress, documents=len(items), verbosity=-1 if quiet else verbose) as shown:
        run = _run_of(server)(plan, options, settings, how, shown, Manifest(manifest))
        run()
    code = _finish(run, as_json=json_object, whole=whole, quiet=quiet)
    if view:
        show_outcomes(run.outcomes, run.plan.jobs, password)
    return code


def _run_of(server: str | None) -> Callable[..., Run]:
    """A run in this process, or one by the service at `server`."""
    if server is None:
        from docparse.cli.run import Run

        return Run
    from functools import partial

    from docparse.cli.remote import RemoteRun
    from docparse.cli.service import check_address

    return partial(RemoteRun, address=check_address(server))


def _split(languages: list[str] | None) -> tuple[str, ...]:
    return tuple(part for text in languages or () for part in text.replace("+", ",").split(",") if part)


def _options(**values: Any) -> ParseOptions:
    """ParseOptions; a value that it refuses is a UsageError that names the option."""
    from pydantic import ValidationError

    from docparse.errors import UsageError
    from docparse.options import ParseOptions

    try:
        return ParseOptions(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).removesuffix("_s").replace("_", "-")
        raise UsageError(f"--{name}: {first['msg'].lower()}") from None


def _finish(run: Run, *, as_json: bool, whole: bool, quiet: bool) -> int:
    """The last word of a run: its summary, the `--json` object, the exit code."""
    from docparse.cli.outcome import final_error, summary
    from docparse.cli.report import error_line, error_object, print_json

    error = final_error(run.outcomes, len(run.plan.jobs), run.manifest.path)
    code = 0 if error is None else error.exit_code
    if line := summary(run.outcomes, run.plan.folder, run.seconds):
        run.progress.summary(line)
    if error is not None and len(run.plan.jobs) > 1 and not quiet:
        run.progress.say(error_line(error))
    run.progress.event("end", exit_code=code, documents=len(run.outcomes))
    if as_json:
        print_json(
            {
                "ok": code == 0,
                "exit_code": code,
                "error": error_object(error) if error else None,
                "engine": run.info.model_dump(exclude_defaults=True) if run.info else None,
                "documents": [_document_object(outcome, whole=whole) for outcome in run.outcomes],
            }
        )
    return code


def _document_object(outcome: Any, *, whole: bool) -> dict[str, Any]:
    from docparse.cli.report import error_object

    found = {
        "input": outcome.item.shown,
        "status": outcome.status,
        "outputs": outcome.outputs,
        "seconds": outcome.seconds,
        **outcome.record,
        "error": error_object(outcome.error) if outcome.error else None,
    }
    if outcome.document is not None and whole:
        found["document"] = outcome.document.model_dump(mode="json")
    return found
