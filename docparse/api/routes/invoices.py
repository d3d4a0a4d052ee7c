"""Invoices: their fields with proofs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from docparse.api.asking import ParseQuery
from docparse.api.auth import Tenant
from docparse.api.problems import declared
from docparse.api.uploading import UPLOAD_BODY
from docparse.errors import MissingDependency

router = APIRouter(tags=["invoices"])


@router.post(
    "/v1/invoices",
    summary="Extract an invoice",
    openapi_extra=UPLOAD_BODY,
    responses=declared(408, 409, 413, 415, 501, 507),
)
async def invoices(request: Request, tenant: Tenant, query: Annotated[ParseQuery, Query()]) -> Any:
    """Fields of an invoice, each with the place where it stands."""
    raise MissingDependency("invoices are not part of this version of docparse")
