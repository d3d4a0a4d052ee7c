"""All errors that docparse raises: one tree, drawn here.

    DocparseError                     exit  http  retry
    ├── UsageError                       1   400  no     an option or page range makes no sense
    │   └── SettingsError                9   500  no     a key or value of the settings is wrong
    ├── InputError                       2   422  no     the file can't be used
    │   ├── FileMissing                  2   404  no
    │   ├── EmptyInput                   2   422  no
    │   ├── UnsupportedType              2   415  no
    │   ├── DamagedFile                  2   422  no
    │   ├── PageRangeInvalid             2   422  no
    │   ├── LimitExceeded                2   413  no     pages, pixels, bytes or page size
    │   ├── CorrectionInvalid            2   422  no     an edit does not fit the document
    │   └── EncryptedFile                8   422  no
    │       └── WrongPassword            8   422  no
    ├── MissingDependency                3   501  no     an extra or a program is not installed
    ├── OutputError                      5   507  yes    can't write the result
    │   └── OutputExists                 5   409  no
    ├── SourceFault                      7   422  no     the guarded child died or ran out of its limits
    │   └── SourceTimeout                7   422  no
    ├── EngineError                     15   502  yes    the recogniser failed on a page
    │   ├── EngineUnavailable           15   503  yes
    │   └── PageTimeout                 15   504  yes
    ├── ServiceError                     1   400  no     what a client of the service asked for can't be done
    │   ├── NotFound                     1   404  no     no such job, page or key (or another tenant's)
    │   ├── Conflict                     1   409  no     the wrong state, or a key used for another request
    │   │   └── CorrectionsChanged       1   412  no     somebody else saved corrections meanwhile
    │   ├── TooManyRequests              1   429  yes    a tenant's limit
    │   └── StoreUnavailable             1   503  yes    database, blobs or broker do not answer
    │       └── StoreFull                1   507  yes    no room left
    ├── PartialResult                   16   200  no     a document with failed pages
    ├── SomeFailed                      17   200  no     a run in which some documents failed
    ├── AllFailed                       18   422  no     a run in which every document failed
    └── Cancelled                      130   499  no     Ctrl-C, or the caller's cancel

Exit codes follow OCRmyPDF where they match. The library raises; the CLI, the API and the workers
each translate in one place. `str(error)` is one line; `user_action` says what to do next.
"""

from __future__ import annotations

from typing import ClassVar


class DocparseError(Exception):
    """Base of every typed error: a one-line message and what the user can do next."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 15
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    default_action: ClassVar[str] = "Please report this with the file, if you may share it."

    def __init__(self, message: str, *, user_action: str | None = None, page: int | None = None) -> None:
        self.message = " ".join(message.split())
        self.user_action = user_action or self.default_action
        self.page = page
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.user_action, self.page)


def _rebuild(cls: type[DocparseError], message: str, user_action: str, page: int | None) -> DocparseError:
    return cls(message, user_action=user_action, page=page)


class UsageError(DocparseError):
    code, exit_code, http_status = "usage", 1, 400
    default_action = "See docparse --help."


class SettingsError(UsageError):
    code, exit_code, http_status = "settings_invalid", 9, 500
    default_action = "Correct the named setting (environment DOCPARSE_… or the TOML file)."


class InputError(DocparseError):
    code, exit_code, http_status = "input_invalid", 2, 422
    default_action = "Check the file with another viewer."


class FileMissing(InputError):
    code, http_status = "file_not_found", 404
    default_action = "Check the path."


class EmptyInput(InputError):
    code = "file_empty"
    default_action = "Check that the file was copied or downloaded completely."


class UnsupportedType(InputError):
    code, http_status = "file_type_unsupported", 415
    default_action = "Give a PDF or an image (PNG, JPEG, WebP, BMP, GIF, TIFF)."


class DamagedFile(InputError):
    code = "file_damaged"
    default_action = "Get the file again, or repair it (for example with qpdf) and try once more."


class PageRangeInvalid(InputError):
    code = "page_range_invalid"
    default_action = "Pages count from 1; for example --pages 1,3-5,8-end."


class LimitExceeded(InputError):
    code, http_status = "limit_exceeded", 413
    default_action = "Raise the named limit in the settings, or split the file."


class CorrectionInvalid(InputError):
    """`edit` is the place of the edit in its list, from 0, where one is to blame."""

    code = "correction_invalid"
    default_action = "Correct or leave out the named edit."
    edit: int | None = None


class EncryptedFile(InputError):
    code, exit_code = "file_encrypted", 8
    default_action = "Give the password with --password."


class WrongPassword(EncryptedFile):
    code = "wrong_password"


class MissingDependency(DocparseError):
    code, exit_code, http_status = "missing_dependency", 3, 501
    default_action = "Install what the message names."


class OutputError(DocparseError):
    code, exit_code, http_status, retryable = "output_failed", 5, 507, True
    default_action = "Check that the folder exists, is writable and has room."


class OutputExists(OutputError):
    code, http_status, retryable = "output_exists", 409, False
    default_action = "Choose another output, or leave out --no-overwrite."


class SourceFault(DocparseError):
    code, exit_code, http_status = "source_fault", 7, 422
    default_action = "The file overloads the PDF library; try to print it to a new PDF first."


class SourceTimeout(SourceFault):
    code = "source_timeout"
    default_action = "Raise source_page_timeout_s in the settings, or leave the page out with --pages."


class EngineError(DocparseError):
    code, http_status, retryable = "engine_failed", 502, True
    default_action = "Try again, or choose another --engine."


class EngineUnavailable(EngineError):
    code, http_status = "engine_unavailable", 503


class PageTimeout(EngineError):
    code, http_status = "page_timeout", 504
    default_action = "Raise --page-timeout, or choose a faster --engine."


class ServiceError(DocparseError):
    code, exit_code, http_status = "service_error", 1, 400
    default_action = "Correct the request."


class NotFound(ServiceError):
    code, http_status = "not_found", 404
    default_action = "Check the id; results are deleted when they expire."


class Conflict(ServiceError):
    code, http_status = "conflict", 409
    default_action = "Look at the job's state first."


class CorrectionsChanged(Conflict):
    code, http_status = "corrections_changed", 412
    default_action = "Fetch them again, put your edits after theirs, and save."


class TooManyRequests(ServiceError):
    code, http_status, retryable = "too_many_requests", 429, True
    default_action = "Wait for running jobs to finish, then try again."


class StoreUnavailable(ServiceError):
    code, http_status, retryable = "store_unavailable", 503, True
    default_action = "Try again in a few seconds."


class StoreFull(StoreUnavailable):
    code, http_status = "store_full", 507
    default_action = "Free disk space on the server, then try again."


class PartialResult(DocparseError):
    code, exit_code, http_status = "partial", 16, 200
    default_action = "The failed pages are listed in the result; the others are complete."


class SomeFailed(DocparseError):
    code, exit_code, http_status = "some_failed", 17, 200
    default_action = "The manifest lists each file and its error."


class AllFailed(DocparseError):
    code, exit_code, http_status = "all_failed", 18, 422
    default_action = "The manifest lists each file and its error."


class Cancelled(DocparseError):
    code, exit_code, http_status = "cancelled", 130, 499
    default_action = "Run the command again; --skip-existing goes on where it stopped."
