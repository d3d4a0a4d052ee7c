"""`docparse bench …`: measurements that print their own tables. A measurement is one line in `BENCHES`."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}  # options are NAME's own
BENCHES = {
    "accuracy": ("docparse.bench.accuracy:accuracy", "An engine against documents of known truth, by element kind."),
    "engine": ("docparse.bench.engine:engine", "The Qwen2.5-VL engine beside transformers' generate."),
    "invoices": ("docparse.bench.invoices:invoices", "Made invoices: fields right, speed, memory as it grows."),
    "verify": ("docparse.bench.verify:verify", "Does the page verifier flag faulty pages?"),
    "service": ("docparse.bench.service:service", "What REST, Celery and Redis cost around the engine."),
    "faults": ("docparse.bench.service_faults:faults", "Break the service on purpose; what is lost?"),
}


def bench(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which measurement.")] = "--help",
) -> int:
    """Run a measurement; `docparse bench NAME --help` says more about one."""
    from docparse.errors import UsageError

    if name in BENCHES:
        return run_bench(name, context.args)
    if name not in ("-h", "--help"):
        raise UsageError(f"docparse bench has no {name!r}, only {', '.join(BENCHES)}")
    print("Usage: docparse bench NAME [OPTIONS]\n")
    for known, (_, summary) in BENCHES.items():
        print(f"  {known:10} {summary}")
    return 0


def run_bench(name: str, args: list[str]) -> int:
    """One measurement with its own arguments."""
    module, _, function = BENCHES[name][0].partition(":")
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(context_settings={"help_option_names": ["-h", "--help"]})(
        getattr(importlib.import_module(module), function)
    )
    code = typer.main.get_command(app).main(args, prog_name=f"docparse bench {name}", standalone_mode=False)
    return int(code or 0)
