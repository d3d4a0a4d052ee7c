"""Failures of the model as typed errors of one page."""

from __future__ import annotations

from docparse.errors import DocparseError, EngineError


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch ran out of memory, on a GPU or on the CPU."""
    text = str(error)
    on_cpu = "not enough memory" in text or "can't allocate memory" in text
    return on_cpu or isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"


def page_error(page: int | None, error: Exception) -> DocparseError:
    """The error that page's caller gets for what the model raised."""
    if isinstance(error, DocparseError):
        return error
    if is_out_of_memory(error):
        return EngineError(
            f"page {page}: out of memory", page=page,
            user_action="Choose a smaller --model or pixel budget, or free memory on the device.",
        )  # fmt: skip
    return EngineError(f"page {page}: {type(error).__name__}: {error}", page=page)


def not_finite(page: int | None) -> EngineError:
    return EngineError(
        f"page {page}: the model gave numbers that are not finite", page=page,
        user_action="Use a checkpoint in bf16 or fp32; fp16 overflows in this model.",
    )  # fmt: skip


def free_memory() -> None:
    """Give what torch keeps for later back to the device."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
