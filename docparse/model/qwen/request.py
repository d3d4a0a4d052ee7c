"""What the batcher is asked and what it answers: plain values, no tensor library needed to read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from docparse.errors import DocparseError
from docparse.model.base import Deadline
from docparse.schemas.page import FinishReason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Decoding:
    """How one request's tokens are chosen. Temperature 0 is greedy; `seed` makes sampling repeatable.

    `ignore_eos` runs to `max_tokens`, and `script` names the tokens to choose whatever the model says: both serve
    measurements, where all contenders must write the same lengths or texts.
    """

    max_tokens: int = 8192
    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    seed: int = 0
    ignore_eos: bool = False
    script: tuple[int, ...] = ()


class Drafter(Protocol):
    """Proposes the next tokens of one request."""

    def extend(self, tokens: Sequence[int]) -> None:
        """The request has emitted these tokens."""
        ...

    def propose(self, limit: int) -> list[int]:
        """At most `limit` tokens that may come next; empty when there is no anchor."""
        ...


class Watcher(Protocol):
    """Sees the tokens of one request as they come and may end it."""

    def extend(self, tokens: Sequence[int]) -> bool:
        """True when generation is a loop and must stop."""
        ...


def _never() -> bool:
    return False


@dataclass(eq=False, slots=True)
class Request:
    """One page for the batcher: prompt token ids (image placeholders expanded) and the page's uint8 patches.

    `patches` has shape (grid_h * grid_w, 3 * 14 * 14), see `patches.to_patches`; None for a prompt without an image.
    `cancelled` is asked before every step.
    """

    prompt: Sequence[int]
    patches: NDArray[np.uint8] | None = None
    grid: tuple[int, int] = (0, 0)
    decoding: Decoding = field(default_factory=Decoding)
    deadline: Deadline = field(default_factory=Deadline)
    drafter: Drafter | None = None
    watcher: Watcher | None = None
    cancelled: Callable[[], bool] = _never
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a request: its tokens with log-probabilities (end-of-text not among them), or its error."""

    request: Request
    tokens: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    finish: FinishReason = FinishReason.STOP
    error: DocparseError | None = None
