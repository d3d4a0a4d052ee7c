"""The command line. `main` finds the command and is the one place where errors become exit codes.

A command is one line in `COMMANDS`; its module is imported only when it is called, so that `docparse --help` is fast.
"""

from __future__ import annotations

import functools
import importlib
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Command(NamedTuple):
    """`module:function` of a command, and its line in the help text."""

    target: str
    summary: str


COMMANDS = {
    "parse": Command("docparse.cli.parse:parse", "Parse PDFs and images (the default command)."),
    "export": Command("docparse.cli.export:export", "Write a JSON result, with its corrections, in other formats."),
    "view": Command("docparse.cli.view:view", "Show results in the browser, beside their pages, and correct them."),
    "invoices": Command("docparse.cli.invoices:invoices", "Extract invoices and receipts, with proof for every field."),
    "serve": Command("docparse.cli.serve:serve", "Serve the REST API."),
    "keys": Command("docparse.cli.keys:keys", "Make, list and revoke API keys."),
    "worker": Command("docparse.cli.worker:worker", "Serve one queue of the service (Celery)."),
    "health": Command("docparse.cli.health:health", "Whether this machine's worker is alive (for containers)."),
    "models": Command("docparse.cli.models:models", "List, download and verify the weights of the qwen engine."),
    "schema": Command("docparse.cli.schema:schema", "Print the JSON Schema of the JSON output."),
    "synth": Command("docparse.cli.synth:synth", "Make documents of every element kind with their truth."),
    "bench": Command("docparse.cli.bench:bench", "Measure docparse: bench verify, …"),
}
DEFAULT = "parse"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Entry point of the `docparse` script."""
    args = list(sys.argv[1:] if argv is None else argv)
    if not args or args[0] in ("-h", "--help"):
        from docparse.cli.help import top_help

        print(top_help(), file=sys.stdout if args else sys.stderr)
        return 0 if args else 1
    if args[0] == "--version":
        from docparse import __version__

        print(f"docparse {__version__}")
        return 0
    name = args.pop(0) if args[0] in COMMANDS else DEFAULT
    return _run(name, args)


def _run(name: str, args: list[str]) -> int:
    from docparse.cli.report import report_failure

    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as gentle an end as Ctrl-C
        return _call(name, args)
    except BaseException as error:
        return report_failure(error, args)


def _call(name: str, args: list[str]) -> int:
    import typer

    from docparse.cli.help import exit_code_epilog

    module, _, function = COMMANDS[name].target.partition(":")
    loaded = importlib.import_module(module)
    command = _stoppable(getattr(loaded, function))
    context = {"help_option_names": ["-h", "--help"]} | getattr(loaded, "CONTEXT", {})
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
    app.command(epilog=exit_code_epilog(), context_settings=context)(command)
    code = typer.main.get_command(app).main(args, prog_name=f"docparse {name}", standalone_mode=False)
    return int(code or 0)


def _stoppable(command: Callable[..., int]) -> Callable[..., int]:
    """The command with Ctrl-C as an error of ours: typer would end without a word."""

    @functools.wraps(command)
    def run(*args: object, **options: object) -> int:
        from docparse.errors import Cancelled

        try:
            return command(*args, **options)
        except KeyboardInterrupt:
            raise Cancelled("stopped; nothing half-written is left") from None

    return run
