"""Continuous batching: requests join and leave the running batch at any step.

A step feeds every running request what its cache lacks: the whole prompt for a newcomer, the last token (and drafts)
for the others. When cache pages run out, the youngest request gives its pages back and waits; its prompt and what it
wrote are fed again later.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docparse.errors import Cancelled, DocparseError, EngineError, PageTimeout
from docparse.model.qwen.failures import free_memory, is_out_of_memory, not_finite, page_error
from docparse.model.qwen.gate import DraftGate
from docparse.model.qwen.request import Answer, Request
from docparse.model.qwen.runner import Part, Runner, Running
from docparse.model.qwen.stepping import Chosen, choose, draft, parts_of, take
from docparse.schemas.page import FinishReason

_GROW_STEPS = 256  # steps after which a batch that ran out of memory tries one request more


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
            self._answers.append(Answer(request, error=page_error(request.page, error)))
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
            spare = len(self._running) + len(newcomers)  # one page for each of the others, or it is soon out again
            if (newcomers and len(running.tokens) > budget) or needed + spare > allocator.free:
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
        started = self.runner.now()
        try:
            self.runner.see(unseen)
        except Exception:
            for running in unseen:  # one bad page must not cost the others
                try:
                    self.runner.see([running])
                except Exception as error:
                    newcomers.remove(running)
                    self._end(running, error=page_error(running.request.page, error))
        self.counters.vision_s += self.runner.now() - started

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
        self._release(running, wipe=True)
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
        parts = parts_of(self._running, self.prefill_tokens)
        prompts = any(part.start < part.running.prompt_length for part in parts)
        started = self.runner.now()
        try:
            logits = self.runner.forward(parts)
            forwarded = self.runner.now()
            chosen = choose(parts, logits)
        except Exception as error:
            self._recover(error)
            return
        ended = self.runner.now()
        for part, found in zip(parts, chosen, strict=True):
            self._take(part, found)
        self._count(parts, prompts, forwarded - started, ended - forwarded)
        if self.gate is not None:
            if not prompts:
                self.gate.cost.observe(sum(len(part.ids) for part in parts), ended - started)
            self._draft(self.gate)

    def _take(self, part: Part, chosen: Chosen) -> None:
        running = part.running
        if not chosen.finite:
            self._end(running, error=not_finite(running.request.page))
            return
        running.alone = False
        drafted, written = len(running.drafts), running.written
        held, finish = take(part, chosen, self.eos, self.runner.longest)
        self.counters.tokens += running.written - written
        self.counters.drafted += drafted
        self.counters.drafts_accepted += held
        if self.gate is not None and drafted:
            self.gate.judge(drafted, held)
        if finish is not None:
            self._end(running, finish=finish)

    def _draft(self, gate: DraftGate) -> None:
        """Drafts for the next step, as long as they pay for themselves."""
        drafting = [running for running in self._running if running.request.drafter is not None]
        limit = gate.limit(len(self._running), len(drafting))
        if limit:
            gate.drafted(sum(draft(running, limit, self.runner.longest) for running in drafting))

    def _count(self, parts: Sequence[Part], prompts: bool, forward_s: float, choose_s: float) -> None:
        counters = self.counters
        counters.steps += 1
        counters.choose_s += choose_s
        if prompts:
            counters.prefill_s += forward_s
        else:
            counters.forward_s += forward_s
        used = sum(1 for part in parts if part.rows)
        counters.used += used
        counters.decode_steps += used > 0
        if self._limit < self.slots and counters.steps % _GROW_STEPS == 0:
            self._limit += 1  # memory may be free again

    # -- when the model fails ------------------------------------------------------------------------------------------

    def _recover(self, error: Exception) -> None:
        """Find the request that fails: out of memory halves the batch, any other error makes each run alone once."""
        memory = is_out_of_memory(error)
        if memory:
            free_memory()
            self._limit = max(1, len(self._running) // 2)
        if len(self._running) == 1:
            running = self._running[0]
            running.failures += 1
            if running.failures > 1 or not memory:
                self._end(running, error=page_error(running.request.page, error))
            else:
                self._preempt(running)
            return
        for running in sorted(self._running, key=lambda running: -running.order):
            if memory and len(self._running) <= self._limit:
                break
            running.alone = not memory
            self._preempt(running)
