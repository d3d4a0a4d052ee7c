"""Uploads onto disk as they come: constant memory, nothing left behind.

A file is written to a temporary file that has no name (it is unlinked as it is made): when the client leaves, the
request fails or the process is killed, the system takes it back at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self
from urllib.parse import unquote

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from docparse.api.errors import BadRequest, BrokenUpload, UploadTooLarge
from docparse.errors import EmptyInput, OutputError, UnsupportedType
from docparse.source.sniff import HEAD_BYTES, media_type

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_NAME_LENGTH = 200
_FIELD_BYTES = 64 << 10
_FIELDS = 100
_HEADER_BYTES = 8 << 10
_EXTENDED_NAME = re.compile(r"filename\*\s*=\s*utf-8'[^']*'([^;\s]+)", re.I)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Most bytes of one file, and most files of one request."""

    file_bytes: int
    files: int


class Upload:
    """One received file: an open temporary file without a name, its size and hash."""

    def __init__(self, name: str, folder: Path | None, limits: UploadLimits) -> None:
        self.name = clean_name(name)
        self.size = 0
        self.media_type = ""
        self._limits = limits
        self._hash = hashlib.sha256()
        try:
            self.file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed by its form
        except OSError as error:
            raise _no_room(error) from None

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Append. Raises UploadTooLarge, OutputError."""
        self.size += len(data)
        if self.size > self._limits.file_bytes:
            raise UploadTooLarge(f"{self.name} is larger than {self._limits.file_bytes / (1 << 20):g} MiB")
        self._hash.update(data)
        try:
            self.file.write(data)
        except OSError as error:
            raise _no_room(error) from None

    def finish(self) -> None:
        """The file is whole: look at it. Raises EmptyInput, UnsupportedType, OutputError."""
        if not self.size:
            raise EmptyInput(f"{self.name} is empty")
        try:
            self.file.flush()
        except OSError as error:
            raise _no_room(error) from None
        self.file.seek(0)
        head = self.file.read(HEAD_BYTES)
        self.file.seek(0)
        self.media_type = media_type(head, name=self.name)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # on a full disk what is still buffered can't be written; it is not wanted
            self.file.close()


@dataclass(slots=True)
class Form:
    """The files and fields of one request; closing it gives the disk space back."""

    files: list[Upload] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for upload in self.files:
            upload.close()


async def read_upload(request: Request, folder: Path | None, limits: UploadLimits) -> Form:
    """The body of a request: multipart/form-data with files and fields, or the raw bytes of one file.

    Raises BrokenUpload, UploadTooLarge, UploadTimeout, EmptyInput, UnsupportedType, OutputError.
    """
    media, parameters = parse_options_header(request.headers.get("content-type", ""))
    form = Form()
    try:
        if media == b"multipart/form-data":
            await _read_multipart(request, _Parts(form, folder, limits), parameters.get(b"boundary", b""))
        else:
            await _read_raw(request, form, folder, limits, media)
        for upload in form.files:
            upload.finish()
    except BaseException:
        form.__exit__(None, None, None)
        raise
    return form


async def _read_raw(request: Request, form: Form, folder: Path | None, limits: UploadLimits, media: bytes) -> None:
    if media in (b"application/json", b"application/x-www-form-urlencoded"):
        raise UnsupportedType(
            f"the body is {media.decode()}, not a document",
            user_action="Send multipart/form-data with `files`, or the raw bytes as application/octet-stream.",
        )
    upload = Upload(_name_of(request), folder, limits)
    form.files.append(upload)
    try:
        async for chunk in request.stream():
            upload.write(chunk)
    except ClientDisconnect:
        raise BrokenUpload("the client left in mid-upload") from None


def _name_of(request: Request) -> str:
    header = request.headers.get("content-disposition", "")
    if extended := _EXTENDED_NAME.search(header):
        return unquote(extended[1], errors="replace")
    _, parameters = parse_options_header(header)
    raw = parameters.get(b"filename", b"").decode("utf-8", "replace")
    return raw or request.query_params.get("filename", "") or "document"


async def _read_multipart(request: Request, parts: _Parts, boundary: bytes) -> None:
    if not 1 <= len(boundary) <= 70:
        raise BrokenUpload("multipart/form-data without a boundary")
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        async for chunk in request.stream():
            parser.write(chunk)
        parser.finalize()
    except MultipartParseError as error:
        raise BrokenUpload(f"malformed multipart body: {error}") from None
    except ClientDisconnect:
        raise BrokenUpload("the client left in mid-upload") from None
    if not parts.ended:
        raise BrokenUpload("the multipart body ends before its closing boundary")


class _Parts:
    """What the multipart parser calls: bytes of parts go to their file or field at once."""

    def __init__(self, form: Form, folder: Path | None, limits: UploadLimits) -> None:
        self.form, self.folder, self.limits = form, folder, limits
        self.ended = False
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = b"", b""
        self._file: Upload | None = None
        self._field, self._text = "", bytearray()

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._part_begin, "on_part_data": self._part_data, "on_part_end": self._part_end,
            "on_header_field": self._header_field, "on_header_value": self._header_value,
            "on_header_end": self._header_end, "on_headers_finished": self._headers_finished, "on_end": self._end,
        }  # fmt: skip

    def _part_begin(self) -> None:
        self._headers, self._file, self._field, self._text = {}, None, "", bytearray()
        if len(self.form.files) + len(self.form.fields) > self.limits.files + _FIELDS:
            raise BrokenUpload("too many parts")

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._bound_header()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._bound_header()

    def _bound_header(self) -> None:
        if len(self._name) + len(self._value) > _HEADER_BYTES or len(self._headers) > 20:
            raise BrokenUpload("the headers of a part are too long")

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _headers_finished(self) -> None:
        _, parameters = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field = parameters.get(b"name", b"").decode("utf-8", "replace")
        if not self._field:
            raise BrokenUpload("a part has no name")
        if b"filename" in parameters:
            if len(self.form.files) >= self.limits.files:
                raise BadRequest(f"more than {self.limits.files} files in one request")
            self._file = Upload(parameters[b"filename"].decode("utf-8", "replace"), self.folder, self.limits)
            self.form.files.append(self._file)

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > _FIELD_BYTES:
            raise BadRequest(f"the field {self._field[:50]!r} is longer than {_FIELD_BYTES} bytes")

    def _part_end(self) -> None:
        if self._file is None:
            values = self.form.fields.setdefault(self._field, [])
            values.append(bytes(self._text).decode("utf-8", "replace"))
            if sum(map(len, self.form.fields.values())) > _FIELDS:
                raise BadRequest(f"more than {_FIELDS} fields")

    def _end(self) -> None:
        self.ended = True


def clean_name(name: str) -> str:
    """A file name to show: no folders, no control characters, at most 200 characters. Never used as a path."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = _UNSAFE.sub("", name).encode("utf-8", "replace").decode().strip()
    if len(name) > _NAME_LENGTH:
        stem, dot, suffix = name.rpartition(".")
        keep = _NAME_LENGTH - len(suffix) - 1
        name = f"{stem[:keep]}{dot}{suffix}" if dot and 0 < len(suffix) <= 10 else name[:_NAME_LENGTH]
    return "document" if name in ("", ".", "..") else name


def _no_room(error: OSError) -> OutputError:
    return OutputError(f"can't keep the upload: {os.strerror(error.errno or 0)}")
