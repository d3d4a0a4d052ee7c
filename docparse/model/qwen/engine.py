"""The `qwen` engine behind the seam: one thread owns the model, any thread submits pages.

The life of a page: `submit` cuts it into patches and builds prompt, drafter and loop watch where it was called; the
engine's thread takes it into the batch; every step writes tokens; at the end the tokens become HTML, a loop is cut
back, and the future is settled.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field, replace

from docparse.errors import DocparseError, EngineError
from docparse.model.base import Deadline, Engine
from docparse.model.qwen import fast
from docparse.model.qwen.batcher import Batcher
from docparse.model.qwen.drafts import TextDrafter, html_text, layer_text
from docparse.model.qwen.load import Checkpoint
from docparse.model.qwen.loops import LoopWatch, cut_back
from docparse.model.qwen.patches import to_patches
from docparse.model.qwen.request import Answer, Decoding, Request
from docparse.model.qwen.runner import Runner
from docparse.model.qwen.vocabulary import Vocabulary
from docparse.qwenvl.boxes import Coordinates
from docparse.schemas.page import FinishReason, PageImage, PageOutput, PixelBudget, TextQuality

_ENDED = object()


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a checkpoint is asked: prompt, order of image and text, decoding and page size."""

    prompt: str = "QwenVL HTML "
    system: str = "You are a helpful assistant."
    image_first: bool = True
    decoding: Decoding = field(default_factory=Decoding)
    budget: PixelBudget = field(default_factory=PixelBudget)
    flags: tuple[str, ...] = ()  # of every page
    coordinates: Coordinates = "pixels"


@dataclass(slots=True)
class _Job:
    request: Request
    future: Future[PageOutput]
    watch: LoopWatch
    submitted_s: float


class QwenEngine:
    """Recognises pages with a loaded checkpoint. `drafts` uses the text layer.

    `slots` pages are decoded at once (64 on a GPU, 8 on a CPU, fewer if memory runs out); `window` is how many pages a
    caller should have submitted so that none of them stays empty. `reader` is an engine that reads pages without a
    text layer meanwhile: what it reads becomes drafts. It is closed with this one.
    """

    name = "qwen"

    def __init__(
        self, checkpoint: Checkpoint, recipe: Recipe | None = None, *, slots: int | None = None, drafts: bool = True,
        cache_bytes: int | None = None, reader: Engine | None = None,
    ) -> None:  # fmt: skip
        self.recipe = recipe or Recipe()
        self.budget = self.recipe.budget
        self.model_name = checkpoint.name
        self.vocabulary = Vocabulary(checkpoint.tokenizer)
        self._drafts = drafts
        self._reader = reader if drafts else None
        slots = slots or (64 if checkpoint.model.device.type == "cuda" else 8)
        self.window = slots + min(slots, 16)
        runner = Runner(
            checkpoint.model, slots=slots, cache_bytes=cache_bytes, mean=checkpoint.mean, std=checkpoint.std
        )
        fast.enable(runner, slots=slots)
        self._image_token = runner.image_token
        self._before, self._after = self._frame(checkpoint)
        self.batcher = Batcher(runner, eos=checkpoint.eos, slots=slots, drafts=drafts)
        self._jobs: dict[int, _Job] = {}
        self._inbox: queue.SimpleQueue[_Job | object] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def _frame(self, checkpoint: Checkpoint) -> tuple[list[int], list[int]]:
        """Prompt tokens before and after the image, in the ChatML of Qwen2.5-VL."""
        recipe = self.recipe
        head = f"<|im_start|>system\n{recipe.system}<|im_end|>\n" if recipe.system else ""
        head += "<|im_start|>user\n"
        tail = "<|im_end|>\n<|im_start|>assistant\n"
        before = head + ("" if recipe.image_first else recipe.prompt) + "<|vision_start|>"
        after = "<|vision_end|>" + (recipe.prompt if recipe.image_first else "") + tail
        encode = checkpoint.tokenizer.encode
        return encode(before, add_special_tokens=False), encode(after, add_special_tokens=False)

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        return self._submit(page, deadline, self.recipe.decoding)

    def submit_at(self, page: PageImage, *, temperature: float, deadline: Deadline) -> Future[PageOutput]:
        """The page once more, with some chance in its text: for the retry ladder."""
        return self._submit(page, deadline, replace(self.recipe.decoding, temperature=temperature))

    def _submit(self, page: PageImage, deadline: Deadline, decoding: Decoding) -> Future[PageOutput]:
        future: Future[PageOutput] = Future()
        watch = LoopWatch(self.vocabulary, _sound_words(page))
        try:
            request = self._request(page, deadline, decoding, future, watch)
        except (ValueError, EngineError) as error:
            future.set_exception(EngineError(f"page {page.number}: {error}", page=page.number))
            return future
        with self._lock:
            if self._closed:
                future.set_exception(EngineError("the engine is closed", page=page.number))
                return future
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="docparse-qwen", daemon=True)
                self._thread.start()
            self._inbox.put(_Job(request, future, watch, time.perf_counter()))
        if request.drafter is None and self._reader is not None:
            self._read_meanwhile(self._reader, page, request, future)
        return future

    def _read_meanwhile(self, reader: Engine, page: PageImage, request: Request, future: Future[PageOutput]) -> None:
        """Give the request a drafter as soon as the other engine has read the page; its failures are of no concern."""
        reading = reader.submit(page, deadline=request.deadline)

        def use(done: Future[PageOutput]) -> None:
            if not done.cancelled() and done.exception() is None:
                request.drafter = TextDrafter(html_text(done.result().html), self.vocabulary)

        reading.add_done_callback(use)
        future.add_done_callback(lambda _: reading.cancel())

    def _request(
        self, page: PageImage, deadline: Deadline, decoding: Decoding, future: Future[PageOutput], watch: LoopWatch
    ) -> Request:
        if page.pixels is None:
            raise EngineError("the page image has no pixels")
        most = max(self.budget.max_pixels, self.budget.max_scan_pixels)
        if page.width_px * page.height_px > most:
            raise EngineError(f"{page.width_px} x {page.height_px} pixels are above the budget of {most}")
        patches, grid = to_patches(page.pixels)
        prompt = [*self._before, *[self._image_token] * (grid[0] * grid[1] // 4), *self._after]
        drafter = None
        if self._drafts and page.text.quality is TextQuality.SOUND:
            drafter = TextDrafter(layer_text(page.text.words), self.vocabulary)
        return Request(prompt, patches, grid, decoding, deadline, drafter, watch, future.cancelled, page.number)

    def close(self) -> None:
        """Finish what was submitted and end the thread."""
        with self._lock:
            thread, closed, self._closed = self._thread, self._closed, True
        if thread is not None and not closed:
            self._inbox.put(_ENDED)
            thread.join()
        if self._reader is not None and not closed:
            self._reader.close()

    # -- the engine's thread -------------------------------------------------------------------------------------------

    def _work(self) -> None:
        ended = False
        while not ended or self.batcher.busy:
            ended = self._receive(ended) or ended
            try:
                answers = self.batcher.step()
            except Exception as error:  # a bug must not leave futures open
                answers = self.batcher.fail_all(EngineError(f"{type(error).__name__}: {error}"))
            for answer in answers:
                self._settle(answer)

    def _receive(self, ended: bool) -> bool:
        """Take what was submitted; waits while there is nothing to do. True when the engine was closed."""
        while True:
            try:
                job = self._inbox.get(block=not self.batcher.busy and not ended)
            except queue.Empty:
                return False
            if not isinstance(job, _Job):
                return True
            self._jobs[id(job.request)] = job
            self.batcher.add(job.request)

    def _settle(self, answer: Answer) -> None:
        """The future stays pending until now, so that it can be cancelled at any time."""
        job = self._jobs.pop(id(answer.request))
        result: PageOutput | DocparseError
        try:
            result = answer.error or self._output(answer, job)
        except Exception as error:
            result = EngineError(f"{type(error).__name__}: {error}", page=answer.request.page)
        with contextlib.suppress(InvalidStateError):
            if isinstance(result, DocparseError):
                job.future.set_exception(result)
            else:
                job.future.set_result(result)

    def _output(self, answer: Answer, job: _Job) -> PageOutput:
        html, offsets = self.vocabulary.text(answer.tokens)
        output = PageOutput(
            html=html, engine=self.name, finish_reason=answer.finish, token_logprobs=answer.logprobs,
            token_offsets=tuple(offsets), model=self.model_name, tokens=len(answer.tokens),
            flags=self.recipe.flags, coordinates=self.recipe.coordinates,
            seconds=round(time.perf_counter() - job.submitted_s, 4),
        )  # fmt: skip
        if answer.finish is FinishReason.LENGTH:
            return replace(output, flags=(*self.recipe.flags, "token_limit"))
        if answer.finish is not FinishReason.REPETITION or job.watch.keep is None:
            return output
        kept = cut_back(html, offsets[job.watch.keep] if job.watch.keep < len(offsets) else len(html))
        count = sum(1 for offset in offsets if offset < len(kept))
        return replace(
            output, html=kept, flags=(*self.recipe.flags, "repetition"), token_logprobs=answer.logprobs[:count],
            token_offsets=tuple(offsets[:count]),
        )  # fmt: skip


def _sound_words(page: PageImage) -> list[str] | None:
    return [word.text for word in page.text.words] if page.text.quality is TextQuality.SOUND else None
