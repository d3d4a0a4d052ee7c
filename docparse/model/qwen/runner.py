"""The model on its device: vision tower, decoder, cache and kernel, driven one flat batch at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from docparse.model.qwen import varlen
from docparse.model.qwen.attention import Kernel, Piece
from docparse.model.qwen.cache import PagedCache, pages_in_budget
from docparse.model.qwen.device import SideStream, await_event, on_device
from docparse.model.qwen.patches import CLIP_MEAN, CLIP_STD
from docparse.model.qwen.probe import choose_kernel
from docparse.model.qwen.rope import prompt_positions
from docparse.model.qwen.sampling import Chooser
from docparse.model.qwen.text import Decoder
from docparse.model.qwen.vision import VisionTower

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from docparse.model.qwen.fixed import FixedSteps
    from docparse.model.qwen.request import Request

_LOG = logging.getLogger(__name__)


class FixedStepFailed(Exception):
    """The fixed way of computing a step does not work here; the plain one still may."""


@dataclass(eq=False, slots=True)
class Running:
    """A request in the batcher: everything known about it between two steps.

    `tokens` is the prompt and what was written so far; the first `cached` of them are in the cache pages `pages`.
    """

    request: Request
    tokens: list[int]
    positions: NDArray[np.int64]
    delta: int
    chooser: Chooser
    order: int
    visual: torch.Tensor | None = None
    visual_start: int = 0
    pages: list[int] = field(default_factory=list)
    cached: int = 0
    logprobs: list[float] = field(default_factory=list)
    drafts: list[int] = field(default_factory=list)
    alone: bool = False
    failures: int = 0
    seen: Any = None  # event after which `visual` is computed, where that is on a stream of its own
    unread: int = 0  # tokens that were computed and not read back yet: 0 or 1, 2 for a moment
    row: int = -1  # of the newest unread token in its step
    epoch: int = 0  # counts what makes unread tokens void

    @property
    def length(self) -> int:
        """Tokens, those that were not read back yet among them."""
        return len(self.tokens) + self.unread

    @property
    def prompt_length(self) -> int:
        return len(self.request.prompt)

    @property
    def written(self) -> int:
        return len(self.tokens) - self.prompt_length


@dataclass(frozen=True, slots=True)
class Part:
    """What one request adds to a step: `ids` from token `start` on; `rows` of logits are wanted at their end.

    With `source`, the one id is not known here yet: it is what row `source` of the step before chose.
    """

    running: Running
    ids: Sequence[int]
    start: int
    rows: int
    epoch: int = 0
    source: int = -1

    @property
    def decodes(self) -> bool:
        """Whether this is one token that one more is wanted for."""
        return len(self.ids) == 1 and self.rows == 1


class Runner:
    """Owned by one thread. `slots` requests at most run at once; the cache's size follows from the device's memory."""

    def __init__(
        self,
        model: Any,
        *,
        slots: int = 8,
        longest: int = 16384,
        page_size: int | None = None,
        cache_bytes: int | None = None,
        mean: tuple[float, ...] = CLIP_MEAN,
        std: tuple[float, ...] = CLIP_STD,
    ) -> None:
        import torch

        config = model.config
        self.model = model
        self.decoder = Decoder(model)
        self.vision = VisionTower(model.model.visual, mean, std)
        self.image_token = int(config.image_token_id)
        self.device = self.decoder.embedding.device
        self.dtype = self.decoder.embedding.dtype
        self.longest = min(longest, int(config.text_config.max_position_embeddings))
        page_size = page_size or (varlen.PAGE_SIZE if self.device.type == "cuda" else 32)
        size = self.decoder.kv_heads * self.decoder.head_size * torch.finfo(self.dtype).bits // 8
        per_page = 2 * len(self.decoder.layers) * page_size * size
        whole = -(-self.longest // page_size)
        pages = pages_in_budget(
            device=self.device, bytes_per_page=per_page, wanted=slots * whole, least=whole, memory_bytes=cache_bytes
        )
        self.cache = PagedCache(
            layers=len(self.decoder.layers), heads=self.decoder.kv_heads, head_size=self.decoder.head_size,
            pages=pages, page_size=page_size, dtype=self.dtype, device=self.device,
        )  # fmt: skip
        self.kernel: Kernel = choose_kernel(self.cache, heads=self.decoder.heads, dtype=self.dtype, device=self.device)
        # Faster ways, on where `fast.enable` found them equal on this machine:
        self.fixed: FixedSteps | None = None
        self.side: SideStream | None = None
        self.run_ahead = False
        self.exact = False  # measure what the device does, at the price of waiting for it

    def now(self) -> float:
        """Seconds for the cost of steps: on one CPU thread only those it computed, else the wall clock."""
        import torch

        if self.exact and self.device.type == "cuda":
            torch.cuda.synchronize()
        alone = self.device.type == "cpu" and torch.get_num_threads() == 1
        return time.thread_time() if alone else time.perf_counter()

    def prepare(self, request: Request, order: int) -> Running:
        """Positions and decoding state of a request. Raises ValueError for a prompt that does not fit its image."""
        positions, delta = prompt_positions(request.prompt, self.image_token, request.grid, self.vision.merge)
        chooser = Chooser(request.decoding, request.prompt, self.decoder.vocabulary, self.device)
        tokens = list(request.prompt)
        start = tokens.index(self.image_token) if request.patches is not None else 0
        return Running(request, tokens, positions, delta, chooser, order, visual_start=start)

    def see(self, newcomers: Sequence[Running]) -> None:
        """Visual tokens of the requests' pages, in one call of the vision tower."""

        pages = [running.request for running in newcomers]
        patches = np.concatenate([page.patches for page in pages if page.patches is not None])

        def look() -> list[torch.Tensor]:
            return self.vision(on_device(patches, self.device), [page.grid for page in pages])

        found, event = (look(), None) if self.side is None else self.side.run(look)
        for running, visual in zip(newcomers, found, strict=True):
            running.visual, running.seen = visual, event

    def forward(self, parts: Sequence[Part], known: torch.Tensor | None = None) -> torch.Tensor:
        """Logits of the wanted rows of all parts, one after the other: (rows, vocabulary) in fp32.

        Parts with few tokens come first, those of equal length side by side. `known` are the tokens of the step before,
        for parts with a `source`. The result of a step without prompts may be overwritten by the next one.
        """
        if self.fixed is not None and all(part.decodes for part in parts):
            try:
                return self.fixed(parts, known)
            except FixedStepFailed as error:
                _LOG.warning("CUDA graphs are not used any more: %s", error)
                self.fixed = None
        return self.plain(parts, known)

    def plain(self, parts: Sequence[Part], known: torch.Tensor | None = None) -> torch.Tensor:
        """`forward` as every other way must compute it."""
        import torch

        with torch.inference_mode():
            hidden = self.decoder.embed(ids_of(parts, known, self.device))
            at = 0
            for part in parts:
                if part.start < part.running.prompt_length and part.running.visual is not None:
                    _place_visual(hidden[at : at + len(part.ids)], part)
                at += len(part.ids)
            positions = on_device(positions_of(parts), self.device)
            plan = self.kernel.plan([Piece(part.start, len(part.ids), part.running.pages) for part in parts])
            hidden = self.decoder(hidden, positions, self.kernel, plan)
            wanted = _wanted(parts)
            if len(wanted) < len(hidden):
                hidden = hidden[on_device(wanted, self.device)]
            return self.decoder.logits(hidden)


def ids_of(parts: Sequence[Part], known: torch.Tensor | None, device: torch.device) -> torch.Tensor:
    """The tokens of all parts; those that the host does not know yet come from `known`."""
    ids = on_device(np.array([token for part in parts for token in part.ids]), device)
    sources = np.array([part.source for part in parts])
    if known is None or not (sources >= 0).any():
        return ids
    starts = np.cumsum([0, *(len(part.ids) for part in parts[:-1])])
    places, rows = (on_device(array[sources >= 0], device) for array in (starts, sources))
    return ids.index_copy(0, places, known.index_select(0, rows))


def _place_visual(hidden: torch.Tensor, part: Part) -> None:
    """Overwrite the embeddings of image placeholders among the part's tokens."""
    running = part.running
    visual = running.visual
    assert visual is not None
    if running.seen is not None:
        await_event(running.seen, visual)
        running.seen = None
    first = max(running.visual_start, part.start)
    last = min(running.visual_start + len(visual), part.start + len(part.ids))
    if first < last:
        hidden[first - part.start : last - part.start] = visual[
            first - running.visual_start : last - running.visual_start
        ].to(hidden.dtype)


def positions_of(parts: Sequence[Part]) -> NDArray[np.int64]:
    """Rope positions of the parts' tokens, (3, tokens)."""
    found = np.empty((3, sum(len(part.ids) for part in parts)), np.int64)
    at = 0
    for part in parts:
        count, start, prompt = len(part.ids), part.start, part.running.prompt_length
        if count == 1 and start >= prompt:
            found[:, at] = start + part.running.delta
        else:
            known = max(0, min(prompt - start, count))
            found[:, at : at + known] = part.running.positions[:, start : start + known]
            found[:, at + known : at + count] = np.arange(start + known, start + count) + part.running.delta
        at += count
    return found


def _wanted(parts: Sequence[Part]) -> NDArray[np.int64]:
    ends = np.cumsum([len(part.ids) for part in parts])
    return np.concatenate([np.arange(end - part.rows, end) for end, part in zip(ends, parts, strict=True)])
