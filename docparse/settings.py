"""`Settings`: limits and defaults of this installation, loaded once at an entry point.

Read from the environment (DOCPARSE_MAX_PAGES=…) over a TOML file (DOCPARSE_CONFIG, or ./docparse.toml) over the
defaults below. An unknown key or a bad value is a `SettingsError` that names it.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from docparse.errors import SettingsError

PREFIX = "DOCPARSE_"
_NOT_SETTINGS = {"DOCPARSE_CONFIG", "DOCPARSE_REMOTE_API_KEY"}  # the key stays where only the engine reads it


class Settings(BaseModel):
    """Limits that keep a hostile file from harming the machine, and where things are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # sources
    max_file_mb: float = Field(default=1024, gt=0, description="largest input file")
    max_pages: int = Field(default=5000, gt=0, description="most pages of one document")
    max_image_mpx: float = Field(default=256, gt=0, description="largest image in megapixels")
    max_page_points: float = Field(default=14_400, gt=0, description="longest page side in PDF points")
    source_memory_mb: int = Field(default=1024, ge=256, description="address space that reading a file may add")
    source_cpu_s: int = Field(default=60, gt=0, description="CPU seconds for one page of the source process")
    source_page_timeout_s: float = Field(default=20.0, gt=0, description="wall seconds to open a file or render a page")

    # engines
    remote_url: str | None = Field(default=None, description="OpenAI-compatible server of the remote engine")
    remote_model: str | None = Field(default=None, description="what the server calls the model; none: its only one")
    remote_concurrency: int = Field(default=16, ge=1, le=1024, description="pages that a server is asked at once")
    remote_attempts: int = Field(default=5, ge=1, le=20, description="tries of a page before it fails")
    remote_connect_timeout_s: float = Field(default=10.0, gt=0, description="wait for a connection")
    remote_idle_timeout_s: float = Field(default=120.0, gt=0, description="longest silence of a server that writes")
    remote_max_pixels: int | None = Field(default=None, ge=28 * 28, description="page size the server leaves alone")
    jobs: int | None = Field(default=None, ge=1, description="processes; all cores by default")
    engine_factory: str | None = Field(
        default=None, description="module:function(options, settings) that opens the engine of the service's workers"
    )

    # service
    data_dir: Path = Field(default=Path("docparse-data"), description="folder of the embedded database and blobs")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL; SQLite in data_dir by default")
    blobs: str | None = Field(default=None, description="folder or fsspec URL (s3://…); blobs in data_dir by default")
    broker_url: str | None = Field(default=None, description="redis://…; without it, work is done in process")
    result_ttl_s: float = Field(default=86_400, gt=0, description="seconds that results are kept")
    max_active_jobs: int = Field(default=1000, gt=0, description="queued and running jobs of one tenant")
    lease_s: float = Field(default=30.0, gt=0, description="seconds until the work of a dead worker is due again")
    queue_window: int = Field(default=1024, gt=0, description="doorbells that a queue of the broker holds at most")
    engine_slots: int | None = Field(default=None, ge=1, description="pages that a recognize worker holds at a time")
    cache_results: bool = Field(default=True, description="do not recognise the same file with the same options twice")

    # client of a service (docparse parse --server)
    server_key: str | None = Field(default=None, repr=False, description="API key for --server")

    # REST API
    inline_mb: float = Field(default=16, gt=0, description="largest JSON body; documents in base64 count")
    request_mb: float = Field(default=2048, gt=0, description="largest upload, all its files together")
    request_files: int = Field(default=100, ge=1, description="most files of one upload")
    uploads_at_once: int = Field(default=64, ge=1, description="uploads that one API process takes in at a time")
    upload_idle_s: float = Field(default=30.0, gt=0, description="an upload without a byte for so long is given up")
    wait_s: float = Field(default=60.0, ge=0, description="longest wait of a request for a result or a change")
    rate_per_minute: float | None = Field(default=None, gt=0, description="requests of one tenant; none: no limit")
    url_input: bool = Field(default=False, description="clients may name public https addresses to fetch")
    allow_networks: str = Field(default="", description="private networks that URLs and webhooks may reach, as CIDR")
    webhook_http: bool = Field(default=False, description="webhooks may be plain http")
    clients_choose: bool = Field(default=True, description="clients may choose engine and timeouts, not presets alone")
    presets: dict[str, dict[str, Any]] = Field(default_factory=dict, description="named ParseOptions for clients")
    cors_origins: str = Field(default="", description="origins of browsers that may call the API, by commas")
    metrics_key: str | None = Field(default=None, repr=False, description="key for /metrics; none: open like /livez")

    @field_validator("presets", mode="before")
    @classmethod
    def _json(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from environment and TOML file. Raises SettingsError naming the key."""
    env = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    config = env.get("DOCPARSE_CONFIG")
    path = Path(config) if config else Path("docparse.toml")
    if config or path.is_file():
        values |= _read_toml(path)
    for name, value in env.items():
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS:
            values[name.removeprefix(PREFIX).lower()] = value
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"setting {key!r}: {first['msg'].lower()}") from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"settings file {path}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file {path}: {error}") from None
