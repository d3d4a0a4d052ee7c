"""The one place where errors become HTTP answers: problem+json with a request id, whatever went wrong."""

from __future__ import annotations

import json
import logging
import math
import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from docparse.api.errors import BadRequest, KeyMissing, MethodNotAllowed, NothingHere, Unprocessable
from docparse.errors import DocparseError
from docparse.schemas.problem import MEDIA_TYPE, ApiProblem, FieldError

log = logging.getLogger("docparse.api")

_ACTIONS = {  # where the error's own words are about the command line
    "usage": "Correct the named option; see /docs.",
    "file_encrypted": "Send its password in the field `password`.",
    "wrong_password": "Send the right password in the field `password`.",
    "page_range_invalid": "Pages count from 1; for example `1,3-5,8-end`.",
    "limit_exceeded": "Split the file; GET /v1/engines names the limits.",
    "file_not_found": "Upload the file.",
    "engine_failed": "Try again, or choose another preset.",
    "engine_unavailable": "Try again later, or choose another preset.",
    "page_timeout": "Choose a faster preset, or fewer pages.",
    "source_timeout": "Leave the page out with `pages`.",
    "output_failed": "Try again later; whoever runs this service has to make room.",
    "missing_dependency": "Ask whoever runs this service to install what the message names.",
    "cancelled": "Submit the document again.",
}
_RETRY_AFTER_S = 2.0


class Internal(DocparseError):
    """A bug of docparse. The message says nothing of the inside; the log has the traceback under the request id."""

    code, http_status, retryable = "internal_error", 500, True
    default_action = "Try again; if it stays, report it with the request id."


def problem_of(error: DocparseError, request_id: str, instance: str | None = None) -> ApiProblem:
    """An error of the tree as a problem."""
    action = error.user_action
    if action == type(error).default_action:
        action = _ACTIONS.get(error.code, action)
    status = error.http_status if 400 <= error.http_status <= 599 and error.http_status != 499 else 409
    errors = [FieldError(param=param, message=message) for param, message in getattr(error, "errors", ())]
    return ApiProblem(
        type=f"urn:docparse:problem:{error.code}", title=_title(type(error).__name__), status=status,
        detail=_short(error.message), code=error.code, retryable=error.retryable, user_action=action,
        request_id=request_id, instance=instance, page=error.page, errors=errors or None,
    )  # fmt: skip


def problem_response(error: DocparseError, request_id: str) -> Response:
    """The answer for an error, with Retry-After and WWW-Authenticate where they belong."""
    problem = problem_of(error, request_id)
    headers = {"Cache-Control": "no-store"}
    wait_s = getattr(error, "retry_after_s", _RETRY_AFTER_S if problem.status in (429, 503) else None)
    if wait_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(wait_s)))
    if isinstance(error, KeyMissing):
        headers["WWW-Authenticate"] = 'Bearer realm="docparse"'
    body = json.dumps(problem.shown(), ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, problem.status, headers, MEDIA_TYPE)


def install_handlers(app: FastAPI) -> None:
    """Every error of docparse, of the framework and of nobody becomes a problem."""
    app.add_exception_handler(DocparseError, _on_known)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(ClientDisconnect, _on_gone)


def request_id_of(request: Request) -> str:
    return str(request.scope.get("docparse.request_id", ""))


def as_known(error: BaseException) -> DocparseError:
    """Any exception as one of the tree; what nobody expected is logged and told without its words."""
    if isinstance(error, DocparseError):
        return error
    log.error("unexpected %s", type(error).__name__, exc_info=error)
    return Internal("an unexpected error")


async def _on_known(request: Request, error: Exception) -> Response:
    known = as_known(error)
    if known.http_status >= 500:
        log.warning("%s: %s", known.code, _short(known.message))
    return problem_response(known, request_id_of(request))


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [(".".join(str(part) for part in item["loc"]), str(item["msg"])) for item in error.errors()]
    what = errors[0] if errors else ("request", "is not valid")
    return problem_response(Unprocessable(f"{what[0]}: {what[1]}", errors=errors), request_id_of(request))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known: DocparseError
    if error.status_code == 404:
        known = NothingHere(f"there is nothing at {_path(request)}")
    elif error.status_code == 405:
        known = MethodNotAllowed(f"{request.method[:20]} is not allowed at {_path(request)}")
    else:
        known = BadRequest(str(error.detail))
    response = problem_response(known, request_id_of(request))
    if error.status_code == 405 and error.headers:
        response.headers.update(error.headers)
    return response


async def _on_gone(request: Request, error: Exception) -> Response:
    """The client has left; nobody reads this answer, but the log has its line."""
    return problem_response(BadRequest("the client closed the connection"), request_id_of(request))


def _path(request: Request) -> str:
    path = request.url.path
    return path if len(path) <= 100 else path[:100] + "…"


def _short(text: str, most: int = 500) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _title(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route for OpenAPI: those that every route has, and `statuses`."""
    always = (400, 401, 403, 404, 405, 422, 429, 500, 503)
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": _REF}}}
        for status in sorted({*always, *statuses})
    }


_REF = {"$ref": "#/components/schemas/ApiProblem"}
