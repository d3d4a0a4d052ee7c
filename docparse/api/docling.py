"""docling-serve's shapes: its options as ours, our jobs as its tasks, our documents as its results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from docparse.api.asking import Asked, OptionQuery, asked, refused
from docparse.api.errors import Unprocessable
from docparse.errors import DocparseError
from docparse.export import export_bytes
from docparse.schemas.document import Document
from docparse.schemas.job import Job, JobState
from docparse.settings import Settings

FORMATS = {"md": "md", "html": "html", "text": "txt", "json": "docling"}
_CONTENT = {"md": "md_content", "html": "html_content", "text": "text_content", "json": "json_content"}
_STATUS = {
    JobState.QUEUED: "pending", JobState.RUNNING: "started", JobState.COMPLETED: "success",
    JobState.PARTIAL: "partial_success", JobState.FAILED: "failure", JobState.CANCELED: "failure",
}  # fmt: skip
_POLICY = (400, 403, 413, 415, 422)
_CATEGORY = {**dict.fromkeys(_POLICY, "policy"), 429: "capacity", 503: "capacity", 504: "timeout"}
_KEY = "docling"


class DoclingOptions(BaseModel):
    """What docparse takes of docling-serve's options; the others choose among its own models and are ignored."""

    model_config = ConfigDict(extra="ignore")

    to_formats: list[str] = Field(default=["md"], max_length=20)
    do_ocr: bool = True
    force_ocr: bool = False
    ocr_lang: list[str] | None = Field(default=None, max_length=20)
    page_range: tuple[int, int] | None = None
    document_timeout: float | None = Field(default=None, gt=0)
    image_export_mode: Literal["placeholder", "embedded", "referenced"] = "embedded"
    include_images: bool = True


class Wish(BaseModel):
    """How the result of a task shall look; kept with the job, since it is asked for by another request."""

    formats: list[str] = ["md"]
    images: bool = True
    zip: bool = False


class FailureInfo(BaseModel):
    category: str
    message: str
    retryable: bool
    phase: str = "execution"
    details: dict[str, str] = Field(default_factory=dict)


class TaskMeta(BaseModel):
    num_docs: int
    num_processed: int
    num_succeeded: int
    num_partially_succeeded: int
    num_failed: int


class TaskStatus(BaseModel):
    """docling-serve's TaskStatusResponse."""

    task_id: str
    task_type: Literal["convert"] = "convert"
    task_status: str
    task_position: int | None = None
    task_meta: TaskMeta | None = None
    error_message: str | None = None
    failure: FailureInfo | None = None


class ConvertedDocument(BaseModel):
    """The formats that were asked for; `json_content` is a DoclingDocument."""

    filename: str
    md_content: str | None = None
    json_content: dict[str, Any] | None = None
    html_content: str | None = None
    text_content: str | None = None
    doctags_content: str | None = None


class ConvertError(BaseModel):
    component_type: str = "pipeline"
    module_name: str = "docparse"
    error_message: str


class ConvertResponse(BaseModel):
    """docling-serve's ConvertDocumentResponse."""

    document: ConvertedDocument
    status: str
    errors: list[ConvertError] = Field(default_factory=list)
    processing_time: float
    timings: dict[str, Any] = Field(default_factory=dict)
    confidence: dict[str, Any] | None = None


def options_of_form(fields: Mapping[str, list[str]]) -> dict[str, Any]:
    """Form fields as the options of docling-serve's JSON: lists may repeat the field or be JSON."""
    options: dict[str, Any] = {}
    for name in DoclingOptions.model_fields:
        found = fields.get(name) or fields.get(f"{name}[]")
        if not found:
            continue
        if name in ("to_formats", "ocr_lang", "page_range"):
            options[name] = _listed(found)
        else:
            options[name] = found[-1]
    return options


def _listed(values: list[str]) -> list[Any]:
    if len(values) == 1 and values[0].lstrip().startswith("["):
        try:
            found = json.loads(values[0])
        except ValueError:
            raise Unprocessable("a list in a form field is not valid JSON") from None
        return found if isinstance(found, list) else [found]
    return [part for value in values for part in value.split(",") if part]


def asked_by(settings: Settings, options: Mapping[str, Any], *, target: str = "inbody") -> tuple[Asked, dict[str, str]]:
    """Our request for docling-serve's options, and the metadata that keeps how the result shall look.

    Raises Unprocessable, Forbidden, PageRangeInvalid.
    """
    if target not in ("inbody", "zip"):
        # the words by which docling's client knows that it has to ask for inbody instead
        raise Unprocessable(f"target {target[:40]!r}: input should be inbody or zip")
    try:
        wanted = DoclingOptions.model_validate(dict(options))
    except ValidationError as error:
        raise refused(error, "options") from None
    unknown = [name for name in wanted.to_formats if name not in FORMATS]
    if unknown:
        raise Unprocessable(
            f"to_formats: {unknown[0][:40]!r} is not supported", user_action=f"Choose from {', '.join(FORMATS)}."
        )
    ours = _our_options(settings, wanted)
    wish = Wish(formats=wanted.to_formats, zip=target == "zip",
                images=wanted.include_images and wanted.image_export_mode != "placeholder")  # fmt: skip
    return asked(settings, OptionQuery(**ours)), {_KEY: wish.model_dump_json()}


def _our_options(settings: Settings, wanted: DoclingOptions) -> dict[str, Any]:
    ours: dict[str, Any] = {}
    if wanted.force_ocr:
        ours["ocr"] = "force"
    elif not wanted.do_ocr:
        ours["ocr"] = "never"
    languages = [name for name in wanted.ocr_lang or () if name.isalpha() and len(name) <= 8]
    if languages:
        ours["languages"] = ",".join(languages)
    if wanted.document_timeout and settings.clients_choose:
        ours["document_timeout_s"] = min(wanted.document_timeout, 86_400.0)
    if wanted.page_range is not None:
        first, last = wanted.page_range
        if not 1 <= first <= last:
            raise Unprocessable("page_range: two numbers, the first at least 1 and not above the second")
        if (first, last) != (1, 2**63 - 1):  # docling's way to say "all"
            ours["pages"] = f"{first}-end" if last >= 10**9 else f"{first}-{last}"
    return ours


def wish_of(job: Job) -> Wish:
    """How the result of a task shall look; the default for a job that came another way."""
    return Wish.model_validate_json(job.metadata.get(_KEY, "{}"))


def task_of(job: Job, failure: DocparseError | None = None) -> TaskStatus:
    """A job as docling-serve's task."""
    states = [document.state for document in job.documents]
    meta = TaskMeta(
        num_docs=len(states), num_processed=sum(state.terminal for state in states),
        num_succeeded=states.count(JobState.COMPLETED), num_partially_succeeded=states.count(JobState.PARTIAL),
        num_failed=states.count(JobState.FAILED) + states.count(JobState.CANCELED),
    )  # fmt: skip
    info = failure_of(failure) if failure is not None else None
    return TaskStatus(
        task_id=job.id, task_status=_STATUS[job.state], task_position=job.queued_ahead, task_meta=meta,
        error_message=failure.message if failure else None, failure=info,
    )  # fmt: skip


def failure_of(error: DocparseError) -> FailureInfo:
    return FailureInfo(
        category=_CATEGORY.get(error.http_status, "internal"), message=error.message, retryable=error.retryable,
        details={"code": error.code, "user_action": error.user_action},
    )  # fmt: skip


def converted(document: Document, wish: Wish, seconds: float) -> ConvertResponse:
    """A document in docling-serve's shape. Raises MissingDependency for json without docling-core."""
    content: dict[str, Any] = {}
    for name in dict.fromkeys(wish.formats):
        options = {"images": "embed" if wish.images else "none"} if name in ("md", "html") else {}
        text = export_bytes(document, FORMATS[name], **options).decode()
        content[_CONTENT[name]] = json.loads(text) if name == "json" else text
    return ConvertResponse(
        document=ConvertedDocument(filename=document.source.name, **content),
        status="success" if document.status == "ok" else "partial_success",
        errors=[ConvertError(error_message=problem.message) for problem in document.errors],
        processing_time=round(seconds, 3),
    )  # fmt: skip
