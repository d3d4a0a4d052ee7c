"""Continuous batching: requests join and leave the running batch at any step.

A step feeds every running request what its cache lacks: the whole prompt for a newcomer, the last token (and drafts)
for the others. When cache pages run out, the youngest request gives its pages back and waits; its prompt and what it
wrote are fed again later.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docparse.errors import Cancelled, DocparseError, EngineError, PageTimeout
from docparse.model.qwen.gate import DraftGate
from docparse.model.qwen.request import Answer, Request
from docparse.model.qwen.runner import Part, Runner, Running
from docparse.model.qwen.sampling import accepted
from docparse.schemas.page import FinishReason

if TYPE_CHECKING:
    import torch


@dataclass(slots=True)
class Counters:
    """What the batcher did so far. `decode_steps` produced tokens, `used` sums the requests in them."""

    steps: int = 0
    decode_steps: int = 0
    used: int = 0
    tokens: int = 0
    drafted: int = 0
    drafts_accepted: int = 0
    preempted: int = 0
    vision_s: float = 0.0
    forward_s: float = 0.0
    prefill_s: float = 0.0
    choose_s: float = 0.0


class Batcher:
    """Owned by one thread: `add` requests, then `step` while `busy`.

    `slots` requests run at most at once, `prefill_tokens` prompt tokens are fed at most in one step.
    """

    def __init__(
        self, runner: Runner, *, eos: Iterable[int], slots: int = 8, prefill_tokens: int = 4096, drafts: bool = True
    ) -> None:
        self.runner = runner
        self.eos = frozenset(eos)
        self.slots = slots
        self.prefill_tokens = prefill_tokens
        self.gate = DraftGate() if drafts else None
        self.counters = Counters()
        self._waiting: deque[Running] = deque()
        self._running: list[Running] = []
        self._answers: list[Answer] = []
        self._order = 0
        self._limit = slots

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._running or self._answers)

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def add(self, request: Request) -> None:
        """Queue a request; one that can't run is answered with its error at the next step."""
        self._order += 1
        try:
            running = self.runner.prepare(request, self._order)
            cache = self.runner.cache
            longest = min(self.runner.longest, cache.tokens)
            if len(request.prompt) >= longest:
                raise EngineError(
                    f"a page of {len(request.prompt)} tokens is longer than the model's {longest}", page=request.page,
                    user_action="Choose a smaller pixel budget.",
                )  # fmt: skip
        except DocparseError as error:
            self._answers.append(Answer(request, error=error))
        except Exception as error:
            self._answers.append(Answer(request, error=_engine_error(request, error)))
        else:
            self._waiting.append(running)

    def step(self) -> list[Answer]:
        """Advance every running request; the requests that ended with it."""
        self._drop_stopped()
        self._admit()
        self._make_room()
        if self._running:
            self._advance()
        answers, self._answers = self._answers, []
        return answers

    def fail_all(self, error: DocparseError) -> list[Answer]:
        """End everything with this error."""
        for running in [*self._running, *self._waiting]:
            self._end(running, error=error)
        answers, self._answers = self._answers, []
        return answers

    # -- who runs ------------------------------------------------------------------------------------------------------

    def _drop_stopped(self) -> None:
        for running in [*self._running, *self._waiting]:
            request = running.request
            if request.cancelled():
                self._end(running, error=Cancelled("the page was cancelled", page=request.page))
            elif request.deadline.passed:
                self._end(
                    running, error=PageTimeout(f"page {request.page} was not recognised in time", page=request.page)
                )

    def _admit(self) -> None:
        """Waiting requests join, oldest first, while slots, pages and the step's prompt budget last."""
        cache, allocator = self.runner.cache, self.runner.cache.allocator
        budget = self.prefill_tokens
        newcomers: list[Running] = []
        while self._waiting and len(self._running) + len(newcomers) < self._limit:
            running = self._waiting[0]
            together = self._running or newcomers
            if together and (running.alone or any(other.alone for other in [*self._running, *newcomers])):
                break
            needed = cache.pages_for(len(running.tokens) + 1)
            if (newcomers and len(running.tokens) > budget) or needed > allocator.free:
                break
            running.pages = allocator.take(needed) or []
            budget -= len(running.tokens)
            newcomers.append(self._waiting.popleft())
        self._see(newcomers)
        self._running.extend(newcomers)

    def _see(self, newcomers: list[Running]) -> None:
        unseen = [running for running in newcomers if running.request.patches is not None and running.visual is None]
        if not unseen:
            return
        started = time.perf_counter()
        try:
            self.runner.see(unseen)
        except Exception:
            for running in unseen:  # one bad page must not cost the others
                try:
                    self.runner.see([running])
                except Exception as error:
                    newcomers.remove(running)
                    self._end(running, error=_engine_error(running.request, error))
        self.counters.vision_s += time.perf_counter() - started

    def _make_room(self) -> None:
        """Pages for every token of this step; drafts give way first, then the youngest request."""
        for running in sorted(self._running, key=lambda running: running.order):
            if running not in self._running:
                continue
            while not self._grow(running, len(running.tokens) + len(running.drafts)):
                if running.drafts:
                    running.drafts = []
                    continue
                youngest = max(self._running, key=lambda other: other.order)
                if youngest is running and len(self._running) == 1:
                    self._end(running, finish=FinishReason.LENGTH)
                    break
                self._preempt(youngest)
                if youngest is running:
                    break

    def _grow(self, running: Running, tokens: int) -> bool:
        cache = self.runner.cache
        taken = cache.allocator.take(max(0, cache.pages_for(tokens) - len(running.pages)))
        if taken is None:
            return False
        running.pages.extend(taken)
        return True

    def _preempt(self, running: Running) -> None:
        """Take the request out of the batch; it joins again as the oldest of those that wait."""
        self.counters.preempted += 1
        self._running.remove(running)
        self._release(running)
        self._waiting.appendleft(running)

    def _release(self, running: Running, *, wipe: bool = False) -> None:
        if wipe and running.pages:
            self.runner.cache.wipe(running.pages)
        self.runner.cache.allocator.give_back(running.pages)
        running.cached = 0
        running.drafts = []

    def _end(
        self, running: Running, *, finish: FinishReason = FinishReason.STOP, error: DocparseError | None = None
    ) -> None:
        for group in (self._running, self._waiting):
            if running in group:
                group.remove(running)
        self._release(running, wipe=error is not None)
        running.visual = None
        tokens = tuple(running.tokens[running.prompt_length :])
        self._answers.append(Answer(running.request, tokens, tuple(running.logprobs), finish, error))

    # -- one step ------------------------------------------------------------------------------------------------------

    def _advance(self) -> None:
        parts = self._parts()
        prompts = any(part.start < part.running.prompt_length for part in parts)
        started = time.perf_counter()
        try:
            logits = self.runner.forward(parts)
            forwarded = time.perf_counter()
            chosen = self._choose(parts, logits)
        except Exception as error:
            self._recover(error)
            return
        ended = time.perf_counter()
        for part, (tokens, logprobs) in zip(parts, chosen, strict=True):
            self._take(part, tokens, logprobs)
        counters = self.counters
        counters.steps += 1
        counters.choose_s += ended - forwarded
        if prompts:
            counters.prefill_s += forwarded - started
        else:
            counters.forward_s += forwarded - started
        if any(part.rows for part in parts):
            counters.decode_steps += 1
            counters.used += sum(1 for part in parts if part.rows)
        self._plan_drafts(None if prompts else ended - started, sum(len(part.ids) for part in parts))

    def _parts(self) -> list[Part]:
        """What each request feeds, short parts first; prompts beyond the step's budget are fed in pieces."""
        parts, budget = [], self.prefill_tokens
        for running in self._running:
            ids = running.tokens[running.cached :]
            if len(ids) > 1:
                ids = ids[: max(budget, 1)]
                budget -= len(ids)
            whole = running.cached + len(ids) == len(running.tokens)
            drafts = running.drafts if whole else []
            parts.append(Part(running, [*ids, *drafts], running.cached, 1 + len(drafts) if whole else 0))
        parts.sort(key=lambda part: len(part.ids))
        return parts

    def _choose(self, parts: Sequence[Part], logits: torch.Tensor) -> list[tuple[list[int], list[float]]]:
        """(tokens, log-probabilities) for each part: NaN where logits are not finite."""
        sums = logits.logsumexp(-1)
        best = logits.argmax(-1)
        ids: list[int] = best.tolist()
        at = 0
        for part in parts:
            rows = slice(at, at + part.rows)
            running = part.running
            script = running.request.decoding.script
            if script:
                ids[rows] = script[running.written : running.written + part.rows]
            elif part.rows and not running.chooser.plain:
                ids[rows] = running.chooser.choose(logits[rows], running.drafts)
            at += part.rows
        chosen = best.new_tensor(ids)
        logprobs: list[float] = (logits.gather(1, chosen[:, None])[:, 0] - sums).tolist()
        found, at = [], 0
        for part in parts:
            rows = slice(at, at + part.rows)
            found.append((ids[rows], logprobs[rows]))
            at += part.rows
        return found

    def _take(self, part: Part, chosen: list[int], logprobs: list[float]) -> None:
        """Let a request have its tokens, and end it where it ends."""
        running, drafts = part.running, part.running.drafts
        running.drafts = []
        if any(math.isnan(value) for value in logprobs):  # also where a logit is infinite
            self._end(running, error=_nan_error(running.request))
            return
        running.alone = False
        running.cached = part.start + len(part.ids)
        if not part.rows:
            return
        count = accepted(chosen, drafts)
        running.cached -= len(drafts) - (count - 1)
        self.counters.drafted += len(drafts)
        self.counters.drafts_accepted += count - 1
        if self.gate is not None and drafts:
            self.gate.judge(len(drafts), count - 1)
        decoding = running.request.decoding
        chosen = chosen[: min(count, decoding.max_tokens - running.written)]
        finish: FinishReason | None = None
        if not decoding.ignore_eos:
            end = next((place for place, token in enumerate(chosen) if token in self.eos), None)
            if end is not None:
                chosen, finish = chosen[:end], FinishReason.STOP
        running.tokens.extend(chosen)
        running.logprobs.extend(logprobs[: len(chosen)])
        running.chooser.accept(chosen)
        self.counters.tokens += len(chosen)
        request = running.request
        if request.watcher is not None and request.watcher.extend(chosen):
            finish = finish or FinishReason.REPETITION
        full = running.written >= decoding.max_tokens or len(running.tokens) >= self.runner.longest
        if finish is None and full:
            finish = FinishReason.LENGTH
        if finish is not None:
            self._end(running, finish=finish)
        elif request.drafter is not None:
            request.drafter.extend(chosen)

    def _plan_drafts(self, seconds: float | None, tokens: int) -> None:
        """Drafts for the next step, as many as pay for themselves."""
        gate = self.gate
        if gate is None:
            return
        if seconds is not None:
            gate.cost.observe(tokens, seconds)
        drafting = [running for running in self._running if running.request.drafter is not None]
        limit = gate.limit(len(self._running), len(drafting))
        if not limit:
            return
        for running in drafting:
            request = running.request
            left = request.decoding.max_tokens - running.written - 1
            if left > 0 and request.drafter is not None:
                running.drafts = request.drafter.propose(min(limit, left))
        gate.drafted(sum(len(running.drafts) for running in drafting))

    # -- when the model fails ------------------------------------------------------------------------------------------

    def _recover(self, error: Exception) -> None:
        """Find the request that fails: out of memory halves the batch, any other error makes each run alone once."""
        memory = is_out_of_memory(error)
        if memory:
            _free_memory()
            self._limit = max(1, len(self._running) // 2)
        if len(self._running) == 1:
            running = self._running[0]
            running.failures += 1
            if running.failures > 1 or not memory:
                self._end(running, error=_engine_error(running.request, error))
            else:
                self._preempt(running)
            return
        for running in sorted(self._running, key=lambda running: -running.order):
            if memory and len(self._running) <= self._limit:
                break
            running.alone = not memory
            self._preempt(running)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch ran out of memory, on a GPU or on the CPU."""
    text = str(error)
    return type(error).__name__ == "OutOfMemoryError" or isinstance(error, MemoryError) or "not enough memory" in text


def _free_memory() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _nan_error(request: Request) -> EngineError:
    return EngineError(
        f"page {request.page}: the model gave numbers that are not finite", page=request.page,
        user_action="Use a checkpoint in bf16 or fp32; fp16 overflows in this model.",
    )  # fmt: skip


def _engine_error(request: Request, error: Exception) -> DocparseError:
    if isinstance(error, DocparseError):
        return error
    page = request.page
    if is_out_of_memory(error):
        return EngineError(
            f"page {page}: out of memory", page=page,
            user_action="Choose a smaller --model or pixel budget, or free memory on the device.",
        )  # fmt: skip
    return EngineError(f"page {page}: {type(error).__name__}: {error}", page=page)
