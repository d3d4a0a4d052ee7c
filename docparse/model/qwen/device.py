"""Arrays to the device without waiting for it, and work on a stream of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

_T = TypeVar("_T")


def on_device(array: NDArray[np.generic], device: torch.device) -> torch.Tensor:
    """The array as a tensor on `device`. From pageable memory a GPU would first finish what it is doing."""
    import torch

    found = torch.from_numpy(array)
    return found if device.type == "cpu" else found.pin_memory().to(device, non_blocking=True)


class SideStream:
    """A CUDA stream beside the one that decodes: what it computes is waited for on the device, not by the host.

    It waits for the other stream when it is made, and no more: work on it uses weights and what it made itself.
    """

    def __init__(self, device: torch.device) -> None:
        import torch

        stream: Any = torch.cuda.Stream  # torch gives it no types
        self._stream = stream(device)
        self._stream.wait_stream(torch.cuda.current_stream())

    def run(self, work: Callable[[], _T]) -> tuple[_T, Any]:
        """(what `work` returns, the event after which it is computed)."""
        import torch

        with torch.cuda.stream(self._stream):
            found = work()
            return found, self._stream.record_event()


def await_event(event: Any, tensor: torch.Tensor) -> None:
    """Let the current stream wait for an event of another one, and use `tensor`, which was made there."""
    import torch

    stream = torch.cuda.current_stream()
    stream.wait_event(event)
    tensor.record_stream(stream)
