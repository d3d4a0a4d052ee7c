"""Errors in the user's words: one line on stderr, one object for `--json`, one exit code."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from docparse.errors import Cancelled, DocparseError, UsageError


class Unexpected(DocparseError):
    """A bug of docparse: an exception that nothing expected."""

    code = "unexpected"
    default_action = "Run again with -vv for the traceback, and please report it."


def as_docparse_error(error: BaseException) -> DocparseError:
    """Any exception as one of the tree in errors.py."""
    if isinstance(error, DocparseError):
        return error
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        return Cancelled("stopped; nothing half-written is left")
    if hasattr(error, "format_message"):  # typer's own, wherever this version of it keeps the class
        return UsageError(str(error.format_message()).rstrip("."))
    if isinstance(error, MemoryError):
        return Unexpected("out of memory", user_action="Give fewer pages (--pages) or fewer jobs (-j).")
    return Unexpected(f"unexpected {type(error).__name__}: {error}")


def error_line(error: DocparseError, shown: str | None = None) -> str:
    """`docparse: folder/file.pdf: message. What to do`"""
    message = error.message.rstrip(".")
    name = shown.replace("\\", "/").rsplit("/", 1)[-1] if shown else ""
    if shown and name and message.startswith((f"{name} ", f"{name}:")):
        message = shown + message[len(name) :]
    elif shown and shown not in message:
        message = f"{shown}: {message}"
    return f"docparse: {message}. {error.user_action}"


def error_object(error: DocparseError) -> dict[str, Any]:
    """The same for programs."""
    return {
        "code": error.code,
        "message": error.message,
        "user_action": error.user_action,
        "retryable": error.retryable,
        "page": error.page,
    }


def report_failure(error: BaseException, args: Sequence[str]) -> int:
    """Say why a command ended early; returns the exit code. With --json, stdout gets one error envelope."""
    if isinstance(error, SystemExit) or type(error).__name__ == "Exit":
        code = getattr(error, "exit_code", getattr(error, "code", 0))
        return code if isinstance(code, int) else 1
    if isinstance(error, BrokenPipeError):
        silence_stdout()
        return 0
    known = as_docparse_error(error)
    if "-vv" in args and not isinstance(error, DocparseError | KeyboardInterrupt):
        traceback.print_exception(error)
    print(error_line(known), file=sys.stderr)
    if "--json" in args:
        print_json({"ok": False, "exit_code": known.exit_code, "error": error_object(known), "documents": []})
    return known.exit_code


def print_json(value: dict[str, Any]) -> None:
    """Exactly one object on stdout."""
    sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def silence_stdout() -> None:
    """The reader of stdout has gone: let Python's own flush at exit not complain about it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
