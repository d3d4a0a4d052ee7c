"""What a client asks for: query parameters and form fields, checked, as `ParseOptions`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from docparse.api.errors import Forbidden, Unprocessable
from docparse.options import ParseOptions
from docparse.settings import Settings

ResultFormat = Literal[
    "json", "html", "md", "txt", "csv", "xlsx", "chunks", "docling", "searchable", "overlay", "zip"
]  # fmt: skip
MOST_LANGUAGES = 20

PRESETS: dict[str, dict[str, Any]] = {
    "default": {"engine": "auto"},
    "fast": {"engine": "embedded-fast", "ocr": "never"},
    "embedded": {"engine": "embedded"},
}
"""Presets that are always there; the settings add to them and may replace them."""


class OptionQuery(BaseModel):
    """Options of a document, as query parameters or form fields."""

    model_config = ConfigDict(extra="forbid")

    preset: str | None = Field(default=None, max_length=64, description="A named preset; GET /v1/engines lists them.")
    pages: str | None = Field(
        default=None, max_length=1000, description="Pages counted from 1: `1,3-5,8-end`.", examples=["1-3"]
    )
    ocr: Literal["auto", "force", "never"] | None = None
    languages: str | None = Field(
        default=None, max_length=200, description="Languages of the text, where known: `eng,deu`."
    )
    engine: Literal["auto", "embedded", "embedded-fast", "qwen", "remote"] | None = None
    crops: bool | None = Field(default=None, description="Cut out pictures of figures.")
    join: bool | None = Field(default=None, description="Join paragraphs and tables over columns and pages.")
    dehyphenate: bool | None = Field(default=None, description="Undo hyphenation where pieces are joined.")
    running: bool | None = Field(default=None, description="Label running headers, footers and page numbers.")
    levels: bool | None = Field(default=None, description="Set heading levels over the whole document.")
    captions: bool | None = Field(default=None, description="Tie captions to figures and tables.")
    footnotes: bool | None = Field(default=None, description="Tie footnotes to their markers.")
    reorder: bool | None = Field(default=None, description="Mend a reading order that contradicts the page.")
    correct: bool | None = Field(default=None, description="Correct a model's small misreadings to a sound text layer.")
    retry: bool | None = Field(default=None, description="Read pages again that the verifier does not believe.")
    witness: bool | None = Field(
        default=None, description="Let OCR read scans beside a model, so that its output can be compared with it."
    )
    page_timeout_s: float | None = Field(default=None, gt=0, le=3600)
    document_timeout_s: float | None = Field(default=None, gt=0, le=86_400)

    @field_validator("languages", "pages", "preset")
    @classmethod
    def _printable(cls, value: str | None) -> str | None:
        if value is not None and not value.isprintable():
            raise ValueError("holds control characters")
        return value


class JobQuery(OptionQuery):
    """Query parameters of POST /v1/jobs."""

    filename: str | None = Field(default=None, max_length=1000, description="Name of a raw body.")


class ParseQuery(JobQuery):
    """Query parameters of POST /v1/parse."""

    wait: float = Field(default=30.0, ge=0, le=300, description="Seconds to wait for the result; then 202 and the job.")
    format: ResultFormat = "json"


class JobFields(OptionQuery):
    """Form fields of an upload: the options, and what must not stand in an address."""

    password: str | None = Field(default=None, max_length=1000, description="Of an encrypted PDF.", repr=False)
    webhook_url: str | None = Field(default=None, max_length=2000, description="Told when the job is finished.")
    webhook: str | None = Field(default=None, max_length=80, description="Id of a registered webhook to tell.")
    cache: bool | None = Field(default=None, description="false: recognise again what is known already.")
    ttl_s: float | None = Field(default=None, gt=0, le=365 * 86_400, description="How long results are kept.")
    url: list[str] = Field(default_factory=list, description="Addresses to fetch, if this service allows it.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, checked: the options of its documents and what goes with them."""

    options: ParseOptions
    webhook_url: str | None = None
    webhook: str | None = None
    cache: bool = True
    ttl_s: float | None = None
    urls: tuple[str, ...] = ()

    def with_urls(self, urls: tuple[str, ...]) -> Asked:
        return replace(self, urls=urls)


def presets_of(settings: Settings) -> dict[str, dict[str, Any]]:
    return {**PRESETS, **settings.presets}


def asked(settings: Settings, query: OptionQuery, fields: Mapping[str, list[str]] | None = None) -> Asked:
    """Options from query and fields; fields win. Raises Unprocessable, Forbidden, PageRangeInvalid."""
    form = _fields(fields or {})
    given = query.model_dump(exclude_none=True, include=set(OptionQuery.model_fields))
    given |= form.model_dump(exclude_none=True, include={*OptionQuery.model_fields, "password"})
    return Asked(
        _options(settings, given), form.webhook_url, form.webhook, form.cache is not False, form.ttl_s,
        tuple(form.url),
    )  # fmt: skip


def _fields(fields: Mapping[str, list[str]]) -> JobFields:
    values: dict[str, Any] = {}
    for name, found in fields.items():
        if name == "url":
            values[name] = found
        elif len(found) > 1:
            raise Unprocessable(f"the field {name[:50]!r} is given {len(found)} times")
        else:
            values[name] = found[0]
    try:
        return JobFields.model_validate(values)
    except ValidationError as error:
        raise refused(error, "body") from None


def _options(settings: Settings, given: dict[str, Any]) -> ParseOptions:
    name = given.pop("preset", None) or "default"
    presets = presets_of(settings)
    if name not in presets:
        raise Unprocessable(
            f"there is no preset {name[:50]!r}", user_action=f"Choose from {', '.join(sorted(presets))}."
        )
    if not settings.clients_choose and (own := set(given) & {"engine", "page_timeout_s", "document_timeout_s"}):
        raise Forbidden(f"this service does not let clients choose {', '.join(sorted(own))}")
    if "languages" in given:
        languages = tuple(part.strip() for part in given["languages"].replace("+", ",").split(",") if part.strip())
        if len(languages) > MOST_LANGUAGES:
            raise Unprocessable(f"more than {MOST_LANGUAGES} languages")
        given["languages"] = languages
    try:
        return ParseOptions(**{**presets[name], **given})
    except ValidationError as error:
        raise refused(error, "options") from None


def refused(error: ValidationError, where: str) -> Unprocessable:
    """A failed validation, without the values: one of them may be a password."""
    errors = [(".".join((where, *(str(part) for part in item["loc"]))), str(item["msg"])) for item in error.errors()]
    return Unprocessable(f"{errors[0][0]}: {errors[0][1]}", errors=errors)
