"""What every route needs, made once at start."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.requests import HTTPConnection
from starlette.types import Scope

from docparse.api.addresses import AddressRules, parse_networks
from docparse.api.auth import DEFAULT_TENANT, Door, key_of
from docparse.api.gate import Gate
from docparse.api.images import PageImages
from docparse.api.limits import RateLimit
from docparse.api.metrics import Metrics
from docparse.api.reading import CorrectionKeeper, Reader
from docparse.api.uploads import UploadLimits
from docparse.api.waiting import Watcher
from docparse.errors import EngineUnavailable, SettingsError, StoreUnavailable
from docparse.settings import Settings

if TYPE_CHECKING:
    from docparse.workers.service import Service

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class View:
    """Results on disk that are shown, and no uploads taken."""

    job_id: str
    keeper: CorrectionKeeper
    password: str | None = None


@dataclass(slots=True)
class Context:
    """The service behind the API, its settings, and what is kept in this process.

    `view` is set for `docparse view`: the one job to show, where its corrections are, and a password.
    """

    settings: Settings
    service: Service
    loopback: bool
    view: View | None = None
    door: Door = field(init=False)
    rates: RateLimit = field(init=False)
    watcher: Watcher = field(init=False)
    metrics: Metrics = field(init=False)
    gate: Gate = field(init=False)
    images: PageImages = field(init=False)
    reader: Reader = field(init=False)
    spool: Path | None = None

    def __post_init__(self) -> None:
        self.door = Door(self.service.store, loopback=self.loopback)
        self.rates = RateLimit(self.settings.rate_per_minute)
        self.watcher = Watcher(self.service.store.job, self.service.store.last_events)
        self.metrics = Metrics(self.service.store)
        self.gate = Gate(self.settings.uploads_at_once)
        self.images = PageImages(self.service, password=self.password)
        self.reader = Reader(self.service, self.view.keeper if self.view else self.service.store, self.images)

    @property
    def password(self) -> str | None:
        """For files that are encrypted; the service forgets passwords with the end of a job."""
        return self.view.password if self.view else None

    def admit(self, scope: Scope) -> None:
        """Raises what `Gate.check` does, before anything else is done for a request."""
        key = key_of(HTTPConnection(scope))
        self.gate.check(scope["method"], scope["path"], DEFAULT_TENANT if key is None else self.door.known(key))

    def check_broker(self) -> None:
        """Raises StoreUnavailable when a broker is configured and does not answer."""
        url = self.settings.broker_url
        if url is None:
            return
        import redis

        try:
            with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
                client.ping()
        except (redis.RedisError, ValueError, OSError) as error:
            raise StoreUnavailable(f"the broker does not answer: {type(error).__name__}") from None

    def check_engine(self) -> None:
        """Raises EngineUnavailable when no worker recognises pages at present."""
        if not any("recognize" in worker.queues for worker in self.service.store.workers()):
            raise EngineUnavailable("no recognize worker was seen in the last 30 s")

    @property
    def upload_limits(self) -> UploadLimits:
        return UploadLimits(int(self.settings.max_file_mb * _MIB), self.settings.request_files)

    def address_rules(self, *, webhook: bool) -> AddressRules:
        """What URLs of clients may lead to. Raises SettingsError for a bad setting."""
        plain = self.settings.webhook_http if webhook else False
        try:
            networks = parse_networks(self.settings.allow_networks)
        except ValueError as error:
            raise SettingsError(f"setting 'allow_networks': {error}") from None
        return AddressRules(("https", "http") if plain or networks else ("https",), networks)


def context_of(request: Request) -> Context:
    context: Context = request.app.state.context
    return context
