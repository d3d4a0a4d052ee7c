"""Faults on purpose: the service is broken in one way after the other, under load; what is lost or doubled is counted.

Each fault is a function of a running `Trial`; they print one row each. `scripts/test-faults` runs them.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from docparse.bench import service_front, service_machinery
from docparse.bench.gpu_model import Measures
from docparse.bench.service_rig import Rig
from docparse.bench.service_trial import Trial
from docparse.errors import AllFailed

_QUICK = Measures(slots=8, steps=4, step_s=0.05)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fault did. `recovery_s` is from the end of the fault until a page was committed again."""

    fault: str
    documents: int
    pages: int
    faults: int
    lost: int
    doubled: int
    reruns: int
    recovery_s: float
    seconds: float
    ok: bool
    note: str = ""
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """How the service is broken, and the service it is done to.

    `run` returns how many faults there were and the recovery in seconds; `workers` are started beforehand.
    """

    run: Callable[[Trial, bool], tuple[int, float]]
    measures: Measures = _QUICK
    broker: bool = True
    settings: Mapping[str, object] = field(default_factory=dict)


_STORM = Measures(slots=2, steps=4, step_s=0.05)
_CROWD = {"max_active_jobs": 100}
FAULTS: dict[str, Fault] = {
    "kill-workers": Fault(service_machinery.kill_workers),
    "kill-children": Fault(service_machinery.kill_children),
    "kill-api": Fault(service_front.kill_api),
    "restart-redis": Fault(service_machinery.restart_redis),
    "flush-redis": Fault(service_machinery.flush_redis),
    "full-redis": Fault(service_machinery.fill_redis),
    "freeze-redis": Fault(service_machinery.freeze_redis),
    "poison-page": Fault(service_machinery.poison),
    "deploy": Fault(service_machinery.deploy),
    "overload": Fault(service_front.overload, _STORM, settings=_CROWD),
    "overload-alone": Fault(service_front.overload, _STORM, broker=False, settings=_CROWD),
    "slow-senders": Fault(service_front.slow_senders, settings={"upload_idle_s": 5}),
    "big-upload": Fault(service_front.big_uploads, broker=False, settings={"max_file_mb": 256, "request_mb": 256}),
    "full-disk": Fault(service_front.full_disk, broker=False),
}


def run_fault(name: str, folder: Path, *, long: bool = False, timeout_s: float = 120.0) -> Outcome:
    """One fault on a service of its own."""
    started_s, fault = time.monotonic(), FAULTS[name]
    with Rig(folder / name, fault.measures, broker=fault.broker, more=fault.settings) as rig:
        trial = Trial(rig)
        if fault.broker:
            trial.start()
        faults, recovery_s, note = 0, 0.0, ""
        try:
            faults, recovery_s = fault.run(trial, long)
        except AllFailed as error:
            note = error.message
        if not trial.wait(timeout_s * (10 if long else 1)):
            note = note or f"not finished: {trial.store.depths()}"
        lost, doubled = trial.lost(), trial.doubled()
        return Outcome(
            name, len(trial.jobs), sum(map(len, trial.jobs.values())), faults, lost, doubled, trial.reruns(),
            round(recovery_s, 2), round(time.monotonic() - started_s, 1), not (lost or doubled or note), note,
            trial.figures,
        )  # fmt: skip


def faults(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(FAULTS)}; all of them.")] = None,
    long: Annotated[bool, typer.Option(help="The long form: thousands of pages, dozens of faults.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> int:
    """Break the service on purpose and count what is lost."""
    found = []
    with tempfile.TemporaryDirectory(prefix="docparse-faults-") as folder:
        for name in names or list(FAULTS):
            found.append(run_fault(name, Path(folder), long=long))
            print(_row(found[-1]), file=sys.stderr if as_json else sys.stdout, flush=True)
    if as_json:
        print(json.dumps({"faults": [asdict(outcome) for outcome in found]}, indent=1))
    return 0 if all(outcome.ok for outcome in found) else 1


def _row(one: Outcome) -> str:
    figures = "".join(f"\n    {name} {value:g}" for name, value in one.figures.items())
    return (
        f"{one.fault:14} {'ok' if one.ok else 'FAILED':6} pages {one.pages:5} faults {one.faults:3} lost {one.lost:3} "
        f"doubled {one.doubled:3} reruns {one.reruns:3} recovery {one.recovery_s:5.1f} s "
        f"in {one.seconds:.0f} s {one.note}{figures}"
    )
