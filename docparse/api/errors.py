"""Errors that only the service knows; the others are in `docparse.errors`.

Each says its HTTP status, whether a retry helps and what to do. `retry_after_s` becomes the header Retry-After.
"""

from __future__ import annotations

from collections.abc import Iterator

from docparse.errors import (
    Conflict,
    DocparseError,
    InputError,
    LimitExceeded,
    NotFound,
    ServiceError,
    StoreUnavailable,
    TooManyRequests,
)
from docparse.schemas.document import Problem


class BadRequest(ServiceError):
    """A request that makes no sense; `errors` are pairs of parameter and message."""

    code = "invalid_request"
    default_action = "Correct the named parameters; see /docs."

    def __init__(
        self, message: str, *, errors: list[tuple[str, str]] | None = None, user_action: str | None = None,
        page: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message, user_action=user_action, page=page)
        self.errors = errors or []


class Unprocessable(BadRequest):
    """A well-formed request with values that are not allowed."""

    code, http_status = "invalid_value", 422


class BrokenUpload(InputError):
    """A multipart body that ends early or is malformed."""

    code, http_status = "upload_broken", 400
    default_action = "Send the whole body as multipart/form-data with its boundary, or the raw bytes of one file."


class UploadTimeout(InputError):
    code, http_status, retryable = "upload_timeout", 408, True
    default_action = "Send the body without long pauses."


class UploadTooLarge(LimitExceeded):
    code = "upload_too_large"
    default_action = "Split the file; GET /v1/engines names the limits."


class KeyMissing(ServiceError):
    code, http_status = "key_missing", 401
    default_action = "Send `Authorization: Bearer KEY` or `X-Api-Key: KEY`; `docparse keys create` makes a key."


class KeyInvalid(KeyMissing):
    code = "key_invalid"


class Forbidden(ServiceError):
    code, http_status = "forbidden", 403
    default_action = "Ask whoever runs this service to allow it."


class NothingHere(NotFound):
    """An address without a route."""

    default_action = "Check the address; /docs lists all."


class MethodNotAllowed(ServiceError):
    code, http_status = "method_not_allowed", 405
    default_action = "Use a method that the header Allow names."


class NotReady(Conflict):
    code, http_status, retryable = "not_ready", 409, True
    default_action = "Wait until the job is terminal: GET the job with ?wait=30, or read its events."


class JobFinished(Conflict):
    code, http_status = "job_terminal", 409
    default_action = "Nothing is left to cancel; get the result, or delete it with ?purge=true."


class JobCanceled(Conflict):
    code, http_status = "job_canceled", 409
    default_action = "Submit the document again."


class Gone(ServiceError):
    code, http_status = "result_expired", 410
    default_action = "Submit the document again."


class RateLimited(TooManyRequests):
    code = "rate_limited"
    default_action = "Wait as long as the header Retry-After says."

    def __init__(
        self, message: str, *, retry_after_s: float = 1.0, user_action: str | None = None, page: int | None = None
    ) -> None:
        super().__init__(message, user_action=user_action, page=page)
        self.retry_after_s = retry_after_s


class Busy(StoreUnavailable):
    code = "busy"
    default_action = "Wait as long as the header Retry-After says."


class UrlRefused(InputError):
    """An address that this service does not open: not public, not http(s), or URLs are not allowed at all."""

    code = "url_refused"
    default_action = "Give the public https address of the file, or upload it."


class UrlFailed(InputError):
    code, http_status, retryable = "url_failed", 422, True
    default_action = "Check that the address answers with the file itself."


class PreconditionMissing(ServiceError):
    code, http_status = "precondition_missing", 428
    default_action = 'Send the version that you have seen: `If-Match: "3"`, as the header ETag names it.'


def _classes(base: type[DocparseError]) -> Iterator[type[DocparseError]]:
    yield base
    for child in base.__subclasses__():
        yield from _classes(child)


def error_of(problem: Problem) -> DocparseError:
    """An error that the store or another process wrote down, of its own class again."""
    for found in _classes(DocparseError):
        if found.code == problem.code:
            return found(problem.message, user_action=problem.user_action or None, page=problem.page)
    return DocparseError(problem.message, user_action=problem.user_action or None, page=problem.page)
