"""Decode steps in tensors that stay where they are, so that a GPU can replay them as CUDA graphs.

A step in which every request adds one token is padded to the next size of a short list, of requests and of cache pages
each; for every pair that comes up the step is recorded once. On a CPU the same steps run without a recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from docparse.model.qwen.attention import Kernel, Piece
from docparse.model.qwen.device import on_device
from docparse.model.qwen.runner import FixedStepFailed, Part, Runner, ids_of, positions_of

if TYPE_CHECKING:
    import torch

    from docparse.model.qwen.text import Decoder


def size_of(requests: int) -> int:
    """The size that so many requests are padded to: powers of two up to 8, then multiples of 8."""
    return -(-requests // 8) * 8 if requests > 4 else 1 << (requests - 1).bit_length()


def blocks_of(pages: int, most: int) -> int:
    """How many cache pages a request's table has room for when its longest one fills `pages`."""
    return min(1 << (pages - 1).bit_length(), most)


class FixedStep:
    """One decode step of `size` requests with at most `blocks` cache pages each."""

    def __init__(self, decoder: Decoder, kernel: Kernel, size: int, blocks: int, *, scratch: int) -> None:
        import torch

        self._decoder, self._kernel = decoder, kernel
        self._size = size
        self._idle = Piece(0, 1, [scratch])
        device = decoder.embedding.device
        self._ids = torch.zeros(size, dtype=torch.int64, device=device)
        self._positions = torch.zeros((3, size), dtype=torch.int64, device=device)
        self._plan = kernel.fixed_plan(size, blocks)
        self.logits = torch.empty(0, device=device)

    def fill(self, parts: Sequence[Part], known: torch.Tensor | None) -> None:
        """Write a step into the tensors that `compute` reads."""
        count, device = len(parts), self._ids.device
        self._ids[:count].copy_(ids_of(parts, known, device), non_blocking=True)
        self._positions[:, :count].copy_(on_device(positions_of(parts), device), non_blocking=True)
        pieces = [Piece(part.start, 1, part.running.pages) for part in parts]
        self._kernel.refill(self._plan, [*pieces, *[self._idle] * (self._size - count)])

    def compute(self) -> None:
        hidden = self._decoder.embed(self._ids)
        self.logits = self._decoder.logits(self._decoder(hidden, self._positions, self._kernel, self._plan))


class FixedSteps:
    """The steps that were made so far, by size; on a GPU each with its recording. They share one memory pool."""

    def __init__(self, runner: Runner) -> None:
        self._decoder, self._kernel, self._cache = runner.decoder, runner.kernel, runner.cache
        self._most = self._cache.pages_for(runner.longest)
        self._on_gpu = runner.device.type == "cuda"
        self._steps: dict[tuple[int, int], tuple[FixedStep, Any]] = {}
        self._pool: Any = None

    def __call__(self, parts: Sequence[Part], known: torch.Tensor | None = None) -> torch.Tensor:
        """Logits of one row for each part. Raises FixedStepFailed when a step can't be recorded."""
        import torch

        pages = max(self._cache.pages_for(part.start + 1) for part in parts)
        key = size_of(len(parts)), blocks_of(pages, self._most)
        with torch.inference_mode():
            if key not in self._steps:
                self._steps[key] = self._make(*key)
            step, graph = self._steps[key]
            step.fill(parts, known)
            if graph is None:
                step.compute()
            else:
                graph.replay()
            return step.logits[: len(parts)]

    def _make(self, size: int, blocks: int) -> tuple[FixedStep, Any]:
        step = FixedStep(self._decoder, self._kernel, size, blocks, scratch=self._cache.scratch)
        if not self._on_gpu:
            return step, None
        try:
            return step, self._record(step)
        except Exception as error:
            raise FixedStepFailed(f"{type(error).__name__}: {error}") from error

    def _record(self, step: FixedStep) -> Any:
        """As torch's notes on CUDA graphs say: a few runs on another stream first, then the recording."""
        import torch

        new_stream: Any = torch.cuda.Stream  # torch gives it no types
        stream = new_stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(2):
                step.compute()
        torch.cuda.current_stream().wait_stream(stream)
        graph: Any = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            step.compute()
        self._pool = self._pool or graph.pool()
        return graph
