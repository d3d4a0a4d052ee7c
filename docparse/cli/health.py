"""`docparse health`: for the health checks of containers."""

from __future__ import annotations

from typing import Annotated, Literal

import typer


def health(
    queue: Annotated[
        Literal["render", "recognize", "assemble"], typer.Option(help="The queue that this machine's worker serves.")
    ],
    within: Annotated[float, typer.Option(metavar="SECONDS", min=1, help="How lately it must have been seen.")] = 60.0,
) -> int:
    """Exit code 0 when a worker of this machine has lately told the store that it is alive."""
    from docparse.errors import EngineUnavailable
    from docparse.settings import load_settings
    from docparse.workers.bells import DeafBell
    from docparse.workers.owner import owner_id
    from docparse.workers.service import Service

    service = Service(load_settings(), DeafBell())
    try:
        here = owner_id().partition(":")[0]
        for worker in service.store.workers(within):
            if queue in worker.queues and worker.id.partition(":")[0] == here:
                return 0
    finally:
        service.close()
    raise EngineUnavailable(
        f"no {queue} worker of this machine was seen in the last {within:g} s", user_action="Start it again."
    )
