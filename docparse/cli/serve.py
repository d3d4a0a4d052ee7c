"""`docparse serve`: the REST API; without a broker also the workers, in one process."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Literal

import typer

_SWITCH_S = 0.001  # five times as often as Python's own: threads at work must not keep the event loop waiting

if TYPE_CHECKING:
    from socket import socket

    from docparse.settings import Settings
    from docparse.workers.service import Service


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], typer.Option(help="Of the log on stderr.")
    ] = "info",
) -> int:
    """Serve the REST API. What was accepted is finished, also after a crash and a new start.

    Without DOCPARSE_BROKER_URL the work is done in this process, over an SQLite database and a folder
    (DOCPARSE_DATA_DIR). With it, `docparse worker` does the work.
    """
    from docparse.errors import MissingDependency
    from docparse.settings import load_settings

    settings = load_settings()
    try:
        from docparse.api.server import bind, is_loopback
    except ImportError as error:
        raise MissingDependency(
            f"the service needs {error.name or 'more packages'}", user_action="pip install 'docparse[serve]'"
        ) from None
    with ExitStack() as stack:
        sock = stack.enter_context(bind(host, port))
        service = _open(settings, stack)
        _announce(sock, service, loopback=is_loopback(sock))
        _run(sock, service, stack, loopback=is_loopback(sock), log_level=log_level)
    return 0


def _run(sock: socket, service: Service, stack: ExitStack, *, loopback: bool, log_level: str) -> None:
    from docparse.api.app import create_app
    from docparse.api.context import Context
    from docparse.api.server import run_server
    from docparse.workers.memory import few_arenas

    few_arenas()
    sys.setswitchinterval(_SWITCH_S)
    spool = service.settings.data_dir / "spool"
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    context = Context(service.settings, service, loopback=loopback, spool=spool)
    run_server(create_app(context), sock, log_level=log_level)


def _open(settings: Settings, stack: ExitStack) -> Service:
    """The service; without a broker with its workers, in this process."""
    from docparse.workers.local import LocalExecutor
    from docparse.workers.service import Service

    if settings.broker_url is None:
        executor = LocalExecutor(settings)
        stack.callback(executor.close)
        executor.start()
        return executor.service
    service = Service(settings)
    stack.callback(service.close)
    service.store.migrate()
    return service


def _announce(sock: socket, service: Service, *, loopback: bool) -> None:
    host, port = sock.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    where = "with workers of its own" if service.settings.broker_url is None else "its workers are elsewhere"
    typer.echo(f"docparse: serving {address} ({where}), API at {address}/docs", err=True)
    if service.store.has_keys():
        return
    if loopback:
        typer.echo("docparse: open to every program on this machine; `docparse keys create` closes it", err=True)
    else:
        typer.echo("docparse: there is no key yet, so nobody is let in; `docparse keys create` makes one", err=True)
