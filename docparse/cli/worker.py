"""`docparse worker`: serve one queue of the service."""

from __future__ import annotations

from typing import Annotated, Literal

import typer


def worker(
    queue: Annotated[
        Literal["render", "recognize", "assemble"],
        typer.Option(help="Which work to do. One recognize worker per GPU; render and assemble need CPU only."),
    ],
    concurrency: Annotated[
        int | None,
        typer.Option(min=1, help="Pieces of work at a time: all cores; for recognize the setting engine_slots."),
    ] = None,
) -> int:
    """Do the work of one queue until it is stopped.

    The settings broker_url, database_url and blobs must be those of `docparse serve`.
    """
    from docparse.settings import load_settings

    settings = load_settings()
    try:
        from docparse.workers.process import run_worker
    except ImportError as error:
        from docparse.errors import MissingDependency

        raise MissingDependency(
            f"docparse worker needs {error.name or error}", user_action="pip install 'docparse[serve]'"
        ) from None
    return run_worker(settings, queue, concurrency)
