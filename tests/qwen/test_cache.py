from __future__ import annotations

import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from docparse.errors import EngineUnavailable
from docparse.model.qwen.cache import PageAllocator, PagedCache, pages_in_budget

COUNT = 12


class Allocator(RuleBasedStateMachine):
    """Random takes and returns: nothing leaks, nothing has two owners, page 0 is never lent."""

    def __init__(self) -> None:
        super().__init__()
        self.allocator = PageAllocator(COUNT)
        self.owners: list[list[int]] = []

    @rule(number=st.integers(0, COUNT + 2))
    def take(self, number: int) -> None:
        free = self.allocator.free
        taken = self.allocator.take(number)
        if number > free:
            assert taken is None
            assert self.allocator.free == free
        else:
            assert taken is not None
            assert len(taken) == number
            self.owners.append(taken)

    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        if self.owners:
            pages = self.owners.pop(data.draw(st.integers(0, len(self.owners) - 1)))
            self.allocator.give_back(pages)
            assert pages == []

    @rule(page=st.integers(0, COUNT + 3))
    def give_back_what_is_not_lent(self, page: int) -> None:
        if not any(page in pages for pages in self.owners):
            with pytest.raises(ValueError, match="not all lent"):
                self.allocator.give_back([page])

    @invariant()
    def nothing_leaks_or_aliases(self) -> None:
        lent = [page for pages in self.owners for page in pages]
        assert len(lent) == len(set(lent))
        assert set(lent) <= set(range(1, COUNT + 1))
        assert len(lent) + self.allocator.free == COUNT


TestAllocator = Allocator.TestCase
TestAllocator.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_a_page_given_back_twice_is_refused() -> None:
    allocator = PageAllocator(4)
    pages = allocator.take(2) or []
    with pytest.raises(ValueError, match="not all lent"):
        allocator.give_back([pages[0], pages[0]])
    assert allocator.free == 2


def test_wiped_pages_are_zero() -> None:
    cache = PagedCache(layers=2, heads=1, head_size=4, pages=3, page_size=2, dtype=torch.float32, device="cpu")
    cache.write(1, torch.tensor([2, 3, 4]), torch.full((3, 1, 4), torch.nan), torch.ones(3, 1, 4))
    assert cache.keys[1].isnan().sum() == 12
    cache.wipe([1, 2])
    assert not cache.keys[1].any()
    assert not cache.values[1].any()
    assert cache.tokens == 6


def test_budget() -> None:
    assert pages_in_budget(device="cpu", bytes_per_page=10, wanted=50, least=5, memory_bytes=300) == 30
    assert pages_in_budget(device="cpu", bytes_per_page=10, wanted=20, least=5, memory_bytes=300) == 20
    assert pages_in_budget(device="cpu", bytes_per_page=10, wanted=20, least=5) == 20
    with pytest.raises(EngineUnavailable, match="left for the model's cache"):
        pages_in_budget(device="cpu", bytes_per_page=100, wanted=20, least=5, memory_bytes=300)
