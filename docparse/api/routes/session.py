"""A browser's session: the key in a cookie, so that pictures, downloads and event streams need no header."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from docparse.api.auth import COOKIE, Tenant, authenticate, key_of
from docparse.api.context import context_of
from docparse.api.errors import Forbidden, KeyMissing
from docparse.api.problems import declared

router = APIRouter(tags=["system"])
_DAYS_S = 30 * 86_400


class Session(BaseModel):
    """Who is here, and what this place is."""

    mode: Literal["service", "view"] = Field(description="view: `docparse view`, which shows one job and takes none.")
    key_needed: bool
    signed_in: bool
    tenant: str | None
    job: str | None = Field(default=None, description="The job to show, in the mode view.")


@router.get("/v1/session", summary="Who is here", responses=declared())
async def session(request: Request) -> Session:
    """Whether a key is needed and there. Answers without one."""
    context = context_of(request)
    tenant, needed = None, False
    try:
        tenant = await authenticate(request)
    except KeyMissing:
        needed = True
    except Forbidden:
        needed = False
    view = context.view
    return Session(
        mode="view" if view else "service", key_needed=needed, signed_in=tenant is not None, tenant=tenant,
        job=view.job_id if view and tenant is not None else None,
    )  # fmt: skip


@router.post("/v1/session", summary="Sign in", status_code=204, responses=declared())
async def sign_in(request: Request, tenant: Tenant) -> Response:
    """Takes the key of the header over into a cookie that scripts can't read and other sites can't send."""
    response = Response(status_code=204)
    key = key_of(request)
    if key is not None:
        response.set_cookie(
            COOKIE, key, max_age=_DAYS_S, path="/v1", httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
    return response


@router.delete("/v1/session", summary="Sign out", status_code=204, responses=declared())
async def sign_out(request: Request) -> Response:
    """The cookie goes."""
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/v1", httponly=True, samesite="strict")
    return response
