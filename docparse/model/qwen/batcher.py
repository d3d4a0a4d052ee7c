"""Continuous batching: requests join and leave the running batch at any step.

A step feeds every running request what its cache lacks: the whole prompt for a newcomer, the last token (and drafts)
for the others. When cache pages run out, the youngest request gives its pages back and waits; its prompt and what it
wrote are fed again later.

Running ahead, a step is launched before the tokens of the one before were read back: they go from step to step on the
device. A request that turns out to have ended took part in one step too many, of which its row is thrown away.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from docparse.errors import Cancelled, DocparseError, EngineError, PageTimeout
from docparse.model.qwen.failures import free_memory, is_out_of_memory, not_finite, page_error
from docparse.model.qwen.gate import DraftGate
from docparse.model.qwen.request import Answer, Request
from docparse.model.qwen.runner import Part, Runner, Running
from docparse.model.qwen.stepping import Chosen, Flight, draft, ends_by_length, land, launch, parts_of, take, void
from docparse.schemas.page import FinishReason

_LOOK_AHEAD = 2
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

    `slots` requests run at most at once, `prefill_tokens` prompt tokens are fed at most in one step. `run_ahead` is the
    runner's where it is None. Pages of the `look_ahead` requests that wait longest are seen by the vision tower before
    it is their turn: by default where it has a stream of its own.
    """

    def __init__(
        self, runner: Runner, *, eos: Iterable[int], slots: int = 8, prefill_tokens: int = 4096, drafts: bool = True,
        run_ahead: bool | None = None, look_ahead: int | None = None,
    ) -> None:  # fmt: skip
        self.runner = runner
        self.eos = frozenset(eos)
        self.slots = slots
        self.prefill_tokens = prefill_tokens
        self.run_ahead = runner.run_ahead if run_ahead is None else run_ahead
        self.look_ahead = (_LOOK_AHEAD if runner.side is not None else 0) if look_ahead is None else look_ahead
        self.gate = DraftGate() if drafts else None
        self.counters = Counters()
        self._waiting: deque[Running] = deque()
        self._running: list[Running] = []
        self._answers: list[Answer] = []
        self._order = 0
        self._limit = slots
        self._flight: Flight | None = None
        self._landed_s = 0.0

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
        self._prepare_drafts()
        self._admit()
        self._make_room()
        if self._active():
            self._advance()
        else:
            self._land()
        answers, self._answers = self._answers, []
        return answers

    def fail_all(self, error: DocparseError) -> list[Answer]:
        """End everything with this error."""
        self._flight = None
        for running in [*self._running, *self._waiting]:
            self._end(running, error=error)
        answers, self._answers = self._answers, []
        return answers

    # -- who runs ------------------------------------------------------------------------------------------------------

    def _active(self) -> list[Running]:
        """Those that take part in the next step: not the ones whose last token is on its way already."""
        return [running for running in self._running if not ends_by_length(running, self.runner.longest)]

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
        active = len(self._active())
        while self._waiting and active + len(newcomers) < self._limit:
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
        self._running.extend(newcomers)
        self._see(newcomers)

    def _see(self, requests: Iterable[Running]) -> None:
        unseen = [running for running in requests if running.request.patches is not None and running.visual is None]
        if not unseen:
            return
        started = self.runner.now()
        try:
            self.runner.see(unseen)
        except Exception as error:
            if is_out_of_memory(error):
                free_memory()
            for running in unseen:  # one bad page must not cost the others
                try:
                    self.runner.see([running])
                except Exception as again:
                    self._end(running, error=page_error(running.request.page, again))
        self.counters.vision_s += self.runner.now() - started

    def _make_room(self) -> None:
        """Pages for every token of this step; drafts give way first, then the youngest request."""
        for running in sorted(self._active(), key=lambda running: running.order):
            while running in self._running and not self._grow(running, running.length + len(running.drafts)):
                if running.drafts:
                    running.drafts = []
                elif self._flight is not None:
                    self._land()  # some may have ended
                else:
                    self._take_room(running)

    def _take_room(self, running: Running) -> None:
        youngest = max(self._running, key=lambda other: other.order)
        if youngest is running and len(self._running) == 1:
            self._end(running, finish=FinishReason.LENGTH)
        else:
            self._preempt(youngest)

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
        void(running)

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
        before = self._flight
        try:
            flight = launch(self.runner, parts_of(self._active(), self.prefill_tokens), before)
        except Exception as error:
            self._land()  # what was launched before is whole
            self._recover(error)
            return
        if self.look_ahead:
            self._see([running for running, _ in zip(self._waiting, range(self.look_ahead), strict=False)])
        self._flight = flight
        if before is not None:
            self._read(before)
        if not (self.run_ahead and flight.plain):
            self._land()

    def _land(self) -> None:
        """Read back the tokens of the step that is on its way, if one is."""
        flight, self._flight = self._flight, None
        if flight is not None:
            self._read(flight)

    def _read(self, flight: Flight) -> None:
        started = self.runner.now()
        try:
            chosen = land(flight)
        except Exception as error:
            self._roll_back(flight)
            self._recover(error)
            return
        ended = self.runner.now()
        for part, found in zip(flight.parts, chosen, strict=True):
            if part.epoch == part.running.epoch:
                self._take(part, found)
        self._count(flight, ended - started)
        if self.gate is not None and not flight.prompts:
            tokens = sum(len(part.ids) for part in flight.parts)
            self.gate.cost.observe(tokens, ended - max(flight.started_s, self._landed_s))
        self._landed_s = ended

    def _roll_back(self, failed: Flight) -> None:
        """As if this step, and the one launched after it, had not been: their tokens are computed again."""
        later, self._flight = self._flight, None
        for flight in (later, failed):
            for part in flight.parts if flight is not None else ():
                running = part.running
                if part.epoch == running.epoch:
                    running.cached, running.drafts = part.start, []
        for running in self._running:
            void(running)

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

    def _prepare_drafts(self) -> None:
        """Drafts for the next step, as long as they pay for themselves. They follow tokens that were read back."""
        drafting = [running for running in self._running if running.request.drafter is not None]
        limit = 0 if self.gate is None else self.gate.limit(len(self._running), len(drafting))
        if self.gate is None or not limit:
            return
        self._land()
        longest = self.runner.longest
        drafting = [running for running in drafting if running in self._running and running.written]
        self.gate.drafted(sum(draft(running, limit, longest) for running in drafting))

    def _count(self, flight: Flight, waited_s: float) -> None:
        counters, parts = self.counters, flight.parts
        counters.steps += 1
        counters.choose_s += flight.launched_s - flight.forward_s + waited_s
        if flight.prompts:
            counters.prefill_s += flight.forward_s
        else:
            counters.forward_s += flight.forward_s
        used = sum(1 for part in parts if part.rows)
        counters.used += used
        counters.decode_steps += used > 0
        if self._limit < self.slots and counters.steps % _GROW_STEPS == 0:
            self._limit += 1  # memory may be free again

    # -- when the model fails ------------------------------------------------------------------------------------------

    def _recover(self, error: Exception) -> None:
        """Find the request that fails: out of memory halves the batch, any other error makes each run alone once."""
        if not self._running:
            return
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
