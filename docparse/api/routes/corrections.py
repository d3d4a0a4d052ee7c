"""What people correct: one list of edits for each document, saved whole, under a version."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from docparse.api.auth import Tenant
from docparse.api.context import Context, context_of
from docparse.api.errors import BadRequest, PreconditionMissing, Unprocessable
from docparse.api.problems import declared
from docparse.api.routes.jobs import JobId
from docparse.api.routes.results import DocumentNumber
from docparse.corrections import touched_pages
from docparse.errors import CorrectionInvalid
from docparse.schemas.corrections import MOST_EDITS, Corrections, Edit

router = APIRouter(tags=["results"])

_VERSION = re.compile(r'\s*(?:W/)?"?(\d{1,12})"?\s*')
_EDITS: list[Any] = [
    {"op": "set", "block": "p1-b3", "text": "Total"},
    {"op": "cell", "block": "p2-b1", "row": 1, "col": 2, "text": "12.50"},
]
_ETAG: dict[str, Any] = {"ETag": {"schema": {"type": "string"}, "description": 'The version, as `"3"`.'}}


class Edits(BaseModel):
    """All edits of a document, in the order in which they apply. None: as it was read."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"edits": _EDITS}]})

    edits: Annotated[list[Edit], Field(max_length=MOST_EDITS)]


class CorrectionsView(BaseModel):
    """The edits of a document. `pages` are those that they touch."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"document": 1, "version": 3, "updated_at": "2026-03-04T05:06:07Z", "edits": _EDITS, "pages": [1, 2]}
            ]
        }
    )

    document: int
    version: int
    updated_at: datetime | None
    edits: list[Edit]
    pages: list[int]


@router.get(
    "/v1/jobs/{job_id}/corrections", summary="Get corrections", response_model_exclude_unset=True,
    responses={200: {"headers": _ETAG}, **declared(409)},
)  # fmt: skip
async def corrections(
    request: Request, tenant: Tenant, job_id: JobId, response: Response, document: DocumentNumber = None
) -> CorrectionsView:
    """The edits of a document and their version, which is also the header ETag."""
    context = context_of(request)

    def get() -> CorrectionsView:
        job = context.service.store.job(tenant, job_id)
        parsed = context.reader.original(tenant, job, document or 1)
        found = context.reader.keeper.corrections(tenant, job_id, document or 1)
        return _view(document or 1, found, touched_pages(parsed, found.edits))

    view = await to_thread.run_sync(get)
    response.headers["ETag"] = f'"{view.version}"'
    return view


@router.put(
    "/v1/jobs/{job_id}/corrections", summary="Save corrections", response_model_exclude_unset=True,
    responses={200: {"headers": _ETAG}, **declared(409, 412, 413, 428)},
)  # fmt: skip
async def save(
    request: Request, tenant: Tenant, job_id: JobId, body: Edits, response: Response, document: DocumentNumber = None,
    if_match: Annotated[
        str | None, Header(max_length=40, description='The version that you have seen, as in ETag: `"3"`.')
    ] = None,
) -> CorrectionsView:  # fmt: skip
    """Take the place of the edits that are there, if nobody has saved others meanwhile; 412 if somebody has.

    An edit that does not fit is 422, names the edit, and nothing is saved. The result itself stays as it was read.
    """
    expected = _version(if_match)
    view = await to_thread.run_sync(_save, context_of(request), tenant, job_id, document or 1, expected, body)
    response.headers["ETag"] = f'"{view.version}"'
    return view


def _save(context: Context, tenant: str, job_id: str, number: int, expected: int, body: Edits) -> CorrectionsView:
    job = context.service.store.job(tenant, job_id)
    parsed = context.reader.original(tenant, job, number)
    before = context.reader.keeper.corrections(tenant, job_id, number).edits
    try:
        saved = context.reader.save(tenant, job, number, expected, Corrections(edits=body.edits))
    except CorrectionInvalid as error:
        raise NotFitting(error) from None
    return _view(number, saved, touched_pages(parsed, [*before, *saved.edits]))


class NotFitting(Unprocessable):
    """An edit that does not fit the document, by its place in the list."""

    code = "correction_invalid"
    default_action = CorrectionInvalid.default_action

    def __init__(self, error: CorrectionInvalid) -> None:
        where = f"body.edits.{error.edit}" if error.edit is not None else "body.edits"
        super().__init__(f"{where}: {error.message}", errors=[(where, error.message)], user_action=error.user_action)


def _version(if_match: str | None) -> int:
    if if_match is None:
        raise PreconditionMissing("the header If-Match is missing")
    found = _VERSION.fullmatch(if_match)
    if found is None:
        raise BadRequest("If-Match is no version")
    return int(found[1])


def _view(number: int, found: Corrections, pages: list[int]) -> CorrectionsView:
    return CorrectionsView(
        document=number, version=found.version, updated_at=found.updated_at, edits=found.edits, pages=pages
    )
