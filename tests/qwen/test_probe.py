from __future__ import annotations

from collections.abc import Sequence

import torch

from docparse.model.qwen.attention import GatherKernel, Piece, Plan
from docparse.model.qwen.cache import PagedCache
from docparse.model.qwen.probe import choose_kernel, differs
from docparse.model.qwen.varlen import VarlenKernel, VarlenPlan

LIKE = torch.zeros(2, 16, 2, 8)
CPU = torch.device("cpu")


class Naive:
    """Attention written out, request by request and head by head."""

    name = "naive"

    def __init__(self, cache: PagedCache, late: int = 0) -> None:
        self.cache, self.late = cache, late
        self.gather = GatherKernel(cache, dtype=torch.float32, device=CPU)

    def plan(self, pieces: Sequence[Piece]) -> Plan:
        return self.gather.plan(pieces)

    def __call__(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, plan: Plan
    ) -> torch.Tensor:
        self.cache.write(layer, plan.places, key, value)
        out, at, size = torch.empty_like(query), 0, self.cache.page_size
        for piece in plan.pieces:
            for number in range(piece.start, piece.start + piece.count):
                seen = range(number + 1 - self.late)
                keys = torch.stack([self.cache.keys[layer][piece.pages[i // size], i % size] for i in seen])
                values = torch.stack([self.cache.values[layer][piece.pages[i // size], i % size] for i in seen])
                for head in range(query.shape[1]):
                    shared = head * key.shape[1] // query.shape[1]
                    share = (keys[:, shared] @ query[at, head] / query.shape[2] ** 0.5).softmax(0)
                    out[at, head] = share @ values[:, shared]
                at += 1
        return out


def test_reference_equals_attention_written_out() -> None:
    assert differs(Naive, 16, heads=6, like=LIKE) == ""


def test_a_kernel_that_is_wrong_is_refused() -> None:
    class Scaled(Naive):
        def __call__(self, *states: object) -> torch.Tensor:
            return super().__call__(*states) * 1.01  # type: ignore[arg-type]

    class Broken(Naive):
        def __call__(self, *states: object) -> torch.Tensor:
            return super().__call__(*states) * torch.nan  # type: ignore[arg-type]

    assert "naive differs by" in differs(Scaled, 16, heads=6, like=LIKE)
    assert "naive differs by nan" in differs(Broken, 16, heads=6, like=LIKE)


def test_a_kernel_that_can_t_run_here_is_refused() -> None:
    why = differs(lambda cache: VarlenKernel(cache, device=CPU), 256, heads=6, like=LIKE)
    assert why  # it needs a GPU
    cache = PagedCache(layers=1, heads=2, head_size=8, pages=2, page_size=16, dtype=torch.float32, device="cpu")
    assert choose_kernel(cache, heads=6, dtype=torch.float32, device=CPU).name == "gather"


def test_varlen_plan_names_starts_pages_and_lengths() -> None:
    cache = PagedCache(layers=1, heads=2, head_size=8, pages=6, page_size=4, dtype=torch.float32, device="cpu")
    plan = VarlenKernel(cache, device=CPU).plan([Piece(5, 1, [3, 1]), Piece(0, 6, [2, 5, 4])])
    assert isinstance(plan, VarlenPlan)
    assert plan.starts.tolist() == [0, 1, 7]
    assert plan.table.tolist() == [[3, 1], [2, 5]]
    assert plan.lengths.tolist() == [6, 6]
    assert plan.places.tolist() == [5, 8, 9, 10, 11, 20, 21]
    assert (plan.most_new, plan.most_seen) == (6, 6)
