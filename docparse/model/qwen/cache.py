"""Paged key-value cache: a pool of pages on the device and the allocator that lends them to requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docparse.errors import EngineUnavailable

if TYPE_CHECKING:
    import torch

_CPU_SHARE = 0.25
_GPU_SHARE = 0.9


class PageAllocator:
    """Lends page numbers 1..count. A page has one owner at a time; what is not lent is free.

    Page 0 is nobody's: it stands where a table needs filling, and stays zero.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._free = list(range(count, 0, -1))
        self._lent: set[int] = set()

    @property
    def free(self) -> int:
        return len(self._free)

    def take(self, number: int) -> list[int] | None:
        """`number` pages, or None (and nothing taken) when so many are not free."""
        if number > len(self._free):
            return None
        taken = [self._free.pop() for _ in range(number)]
        self._lent.update(taken)
        return taken

    def give_back(self, pages: list[int]) -> None:
        """Return pages to the pool; `pages` is emptied. Raises ValueError for a page that is not lent."""
        if not self._lent.issuperset(pages) or len(set(pages)) != len(pages):
            raise ValueError(f"pages {pages} are not all lent")
        self._lent.difference_update(pages)
        self._free.extend(reversed(pages))
        pages.clear()


class PagedCache:
    """Keys and values of every layer: (pages, page_size, kv heads, head size).

    Page `scratch` is behind those that are lent: rows that only fill up a batch write there.
    """

    def __init__(
        self, *, layers: int, heads: int, head_size: int, pages: int, page_size: int, dtype: torch.dtype, device: Any
    ) -> None:
        import torch

        self.page_size = page_size
        self.allocator = PageAllocator(pages)
        self.scratch = pages + 1
        shape = (pages + 2, page_size, heads, head_size)
        # Zeros, not empty memory: a masked key still meets its value times 0, which must not be NaN.
        self.keys = [torch.zeros(shape, dtype=dtype, device=device) for _ in range(layers)]
        self.values = [torch.zeros(shape, dtype=dtype, device=device) for _ in range(layers)]
        self._flat_keys = [part.view(-1, heads, head_size) for part in self.keys]
        self._flat_values = [part.view(-1, heads, head_size) for part in self.values]

    @property
    def tokens(self) -> int:
        """How many tokens the pool holds."""
        return self.allocator.count * self.page_size

    def pages_for(self, tokens: int) -> int:
        return -(-tokens // self.page_size)

    def write(self, layer: int, places: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> None:
        """Store keys and values (tokens, kv heads, head size) at `places` (page * page_size + offset)."""
        self._flat_keys[layer].index_copy_(0, places, keys)
        self._flat_values[layer].index_copy_(0, places, values)

    def wipe(self, pages: list[int]) -> None:
        """Clear pages that may hold NaN, before another request gets them."""
        for pool in (*self.keys, *self.values):
            pool[pages] = 0


def pages_in_budget(
    *, device: Any, bytes_per_page: int, wanted: int, least: int, memory_bytes: int | None = None
) -> int:
    """How many pages the device's free memory allows, at most `wanted`.

    The budget is `memory_bytes` if given, else most of what is free on a GPU, a quarter of what is free on a CPU.
    Raises EngineUnavailable when not even `least` pages fit.
    """
    if memory_bytes is None:
        memory_bytes = _free_bytes(device)
    pages = min(wanted, memory_bytes // bytes_per_page)
    if pages < least:
        raise EngineUnavailable(
            f"{memory_bytes / 2**20:.0f} MiB are left for the model's cache on {device}, one page needs"
            f" {least * bytes_per_page / 2**20:.0f} MiB",
            user_action="Choose a smaller --model, or free memory on the device.",
        )
    return int(pages)


def _free_bytes(device: Any) -> int:
    import torch

    if torch.device(device).type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return int(free * _GPU_SHARE)
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return int(int(fields["MemAvailable"].split()[0]) * 1024 * _CPU_SHARE)
    except (OSError, KeyError, ValueError):
        return 2**30
