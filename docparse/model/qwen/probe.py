"""The start-up self-test: a fast attention kernel is used only where it equals the reference on this very machine."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from docparse.model.qwen.attention import GatherKernel, Kernel, Piece
from docparse.model.qwen.cache import PagedCache
from docparse.model.qwen.varlen import VarlenKernel

if TYPE_CHECKING:
    import torch

_LOG = logging.getLogger(__name__)
_PAGES = 12

Candidate = Callable[[PagedCache], Kernel]


def choose_kernel(cache: PagedCache, *, heads: int, dtype: torch.dtype, device: torch.device) -> Kernel:
    """The fastest kernel that passes the self-test here; on a CPU the reference itself."""
    reference = GatherKernel(cache, dtype=dtype, device=device)
    if device.type != "cuda":
        return reference
    candidates: list[Candidate] = [lambda cache: VarlenKernel(cache, device=device)]
    for candidate in candidates:
        why = differs(candidate, cache.page_size, heads=heads, like=cache.keys[0])
        if not why:
            return candidate(cache)
        _LOG.warning("a fast attention kernel is not used: %s", why)
    return reference


def differs(candidate: Candidate, page_size: int, *, heads: int, like: torch.Tensor) -> str:
    """Why a kernel can't be used: how it differs from the reference on random steps, or its error; "" if it can.

    `like` is a cache tensor (pages, page_size, kv heads, head size) of the real shape, type and device.
    """
    import torch

    kv_heads, width = like.shape[2:]
    tolerance = 2e-2 if like.dtype in (torch.bfloat16, torch.float16) else 1e-4

    def cache() -> PagedCache:
        return PagedCache(
            layers=1, heads=kv_heads, head_size=width, pages=_PAGES, page_size=page_size, dtype=like.dtype,
            device=like.device,
        )  # fmt: skip

    ours, theirs = cache(), cache()
    reference = GatherKernel(ours, dtype=like.dtype, device=like.device)
    generator = torch.Generator(device=like.device).manual_seed(0)
    try:
        kernel = candidate(theirs)
        for pieces in _steps(page_size):
            tokens = sum(piece.count for piece in pieces)
            states = [
                torch.randn(tokens, count, width, generator=generator, device=like.device).to(like.dtype)
                for count in (heads, kv_heads, kv_heads)
            ]
            with torch.inference_mode():
                wanted = reference(0, states[0], states[1], states[2], reference.plan(pieces))
                found = kernel(0, states[0], states[1], states[2], kernel.plan(pieces))
            gap = float((wanted.float() - found.float()).abs().max())
            if not gap <= tolerance:  # also NaN
                return f"{kernel.name} differs by {gap:.3g}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _steps(page_size: int) -> list[list[Piece]]:
    """Prompts, prompts in pieces, single tokens and drafts of three requests, on pages in no order."""
    pages = list(range(1, _PAGES + 1))
    random.Random(0).shuffle(pages)
    first, second, third = pages[:4], pages[4:8], pages[8:12]
    half = page_size // 2
    return [
        [Piece(0, 2 * page_size + half, first)],
        [Piece(2 * page_size + half, 1, first), Piece(0, page_size + 3, second)],
        [Piece(page_size + 3, 1, second), Piece(2 * page_size + half + 1, 1, first), Piece(0, half, third)],
        [Piece(half, 5, third), Piece(page_size + 4, 5, second), Piece(2 * page_size + half + 2, page_size, first)],
        [Piece(half + 5, 1, third), Piece(page_size + 9, 1, second), Piece(3 * page_size + half + 2, 1, first)],
    ]
