"""`ApiProblem`: every error of the REST API, as RFC 9457 problem+json."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One part of a request that is wrong."""

    param: str = Field(description="Where: `query.wait`, `body.options.pages`, `header.Idempotency-Key`.")
    message: str


class ApiProblem(BaseModel):
    """An error in words for people and in a code for programs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:docparse:problem:file_encrypted",
                    "title": "Encrypted file",
                    "status": 422,
                    "detail": "report.pdf is encrypted",
                    "code": "file_encrypted",
                    "retryable": False,
                    "user_action": "Send its password in the field `password`.",
                    "request_id": "01k2v7c0v3h6m8q4",
                }
            ]
        }
    )

    type: str = Field(description="`urn:docparse:problem:` and the code.")
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; for programs.")
    retryable: bool = Field(description="Whether the same request may succeed later.")
    user_action: str = Field(description="What to do next.")
    request_id: str = Field(description="The same as in the header X-Request-Id and in the log.")
    instance: str | None = Field(default=None, description="Path of the job or webhook that it is about.")
    page: int | None = None
    errors: list[FieldError] | None = None

    def shown(self) -> dict[str, Any]:
        """As it is sent: without members that are not set."""
        return self.model_dump(mode="json", exclude_none=True)
