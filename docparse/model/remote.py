"""The `remote` engine: pages through any OpenAI-compatible server that serves a document model (vLLM, SGLang, …).

One thread runs an event loop with one task for each page; as many as the window allows are on their way at once.
Cancelling a page, its deadline or a loop in its text closes its stream, so that the server stops writing.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from concurrent.futures import Future, InvalidStateError
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from docparse.errors import DocparseError, EngineError, PageTimeout
from docparse.model.base import Deadline
from docparse.model.remote_client import (
    Refusal,
    base_url,
    endpoint,
    open_client,
    request_body,
    require_httpx,
    shape_refusal,
    status_refusal,
    transport_refusal,
)
from docparse.model.remote_image import page_url, visual_tokens
from docparse.model.remote_loops import StreamWatch
from docparse.model.remote_retry import Pace
from docparse.model.remote_stream import Answer, read_events, read_json
from docparse.qwenvl.profiles import Profile, profile_of
from docparse.schemas.page import FinishReason, PageImage, PageOutput
from docparse.settings import Settings

if TYPE_CHECKING:
    import httpx

_CHARS_PER_TOKEN = 16  # more text than this a token is a server that knows no limit
_MOST_BYTES, _MOST_ERROR_BYTES = 4_000_000, 20_000


class RemoteEngine:
    """Asks the server of `settings.remote_url` for `model`. Raises MissingDependency or SettingsError."""

    name = "remote"

    def __init__(self, settings: Settings, model: str, profile: Profile | None = None) -> None:
        require_httpx()
        self.url = base_url(settings.remote_url or "")
        self.model = model
        self.profile = profile or profile_of(model)
        budget = self.profile.budget
        if most := settings.remote_max_pixels:
            budget = replace(
                budget, max_pixels=min(budget.max_pixels, most), max_scan_pixels=min(budget.max_scan_pixels, most)
            )
        self.budget = budget
        self.window = settings.remote_concurrency + 2
        self.pace = Pace(settings.remote_attempts)
        self._settings = settings
        self._extras = True
        self._window = asyncio.Semaphore(settings.remote_concurrency)
        self._lock = threading.Lock()
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._client: httpx.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="docparse-remote", daemon=True)
        self._thread.start()

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        return self._submit(page, deadline, self.profile)

    def submit_at(self, page: PageImage, *, temperature: float, deadline: Deadline) -> Future[PageOutput]:
        """The page once more, with some chance in its text: for the retry ladder."""
        return self._submit(page, deadline, replace(self.profile, temperature=temperature))

    def _submit(self, page: PageImage, deadline: Deadline, profile: Profile) -> Future[PageOutput]:
        future: Future[PageOutput] = Future()
        with self._lock:
            if self._closed:
                future.set_exception(EngineError("the engine is closed", page=page.number))
            else:
                self._loop.call_soon_threadsafe(self._begin, page, deadline, future, profile)
        return future

    def close(self) -> None:
        """End at once; pages on their way fail."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    # -- the engine's thread -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            for task in self._tasks:
                task.cancel()
            self._loop.run_until_complete(self._end())
            self._loop.close()

    async def _end(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
        await asyncio.get_running_loop().shutdown_default_executor()

    def _begin(self, page: PageImage, deadline: Deadline, future: Future[PageOutput], profile: Profile) -> None:
        task = self._loop.create_task(self._page(page, deadline, future, profile))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

        def stop(done: Future[PageOutput]) -> None:
            if done.cancelled():
                with contextlib.suppress(RuntimeError):  # the loop has ended, and the task with it
                    self._loop.call_soon_threadsafe(task.cancel)

        future.add_done_callback(stop)

    async def _page(self, page: PageImage, deadline: Deadline, future: Future[PageOutput], profile: Profile) -> None:
        """One page from its image to its settled future, come what may."""
        result: PageOutput | DocparseError
        try:
            async with asyncio.timeout(deadline.remaining_s):
                result = await self.ask(page, deadline, profile)
        except TimeoutError:
            result = PageTimeout(f"page {page.number} was not recognised in time", page=page.number)
        except asyncio.CancelledError:
            result = EngineError("the engine was closed", page=page.number)
        except DocparseError as error:
            result = type(error)(f"page {page.number}: {error}", user_action=error.user_action, page=page.number)
        except Exception as error:  # a bug on one page must not cost the others
            result = EngineError(f"page {page.number}: {type(error).__name__}: {error}", page=page.number)
        with contextlib.suppress(InvalidStateError):
            if isinstance(result, DocparseError):
                future.set_exception(result)
            else:
                future.set_result(result)

    # -- one page ------------------------------------------------------------------------------------------------------

    async def ask(self, page: PageImage, deadline: Deadline, profile: Profile) -> PageOutput:
        """What the server makes of a page. Raises EngineError."""
        async with self._window:
            started = time.perf_counter()
            image = await asyncio.to_thread(page_url, page, self.budget)

            async def attempt() -> tuple[Answer, StreamWatch, bool]:
                return await self._attempt(page, image, profile)

            answer, watch, loop = await self.pace.run(attempt, left_s=lambda: deadline.remaining_s)
        return _output(page, answer, watch, loop, self, profile, round(time.perf_counter() - started, 4))

    async def _attempt(self, page: PageImage, image: str, profile: Profile) -> tuple[Answer, StreamWatch, bool]:
        """One try; fields that the server does not know are left out from then on."""
        extras = self._extras
        try:
            return await self._stream(page, request_body(profile, self.model, image, extras=extras))
        except Refusal as refusal:
            if not extras or refusal.status not in (400, 422, 501):
                raise
        found = await self._stream(page, request_body(profile, self.model, image, extras=False))
        self._extras = False
        return found

    async def _stream(self, page: PageImage, body: dict[str, Any]) -> tuple[Answer, StreamWatch, bool]:
        """(answer, its watch, whether it was a loop). Raises Refusal. Leaving it closes the connection."""
        import httpx

        answer, watch = Answer(), StreamWatch(page)
        most = int(body["max_tokens"]) * _CHARS_PER_TOKEN
        try:
            address = endpoint(self.url, "chat/completions")
            async with self._open().stream("POST", address, json=body) as response:
                if not response.is_success:
                    raise status_refusal(
                        response.status_code, response.headers, await _read(response, _MOST_ERROR_BYTES)
                    )
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                if kind == "text/html":
                    raise shape_refusal("it answers a web page")
                if kind != "text/event-stream":
                    whole = await _read(response, _MOST_BYTES)
                    text = answer.take(read_json(whole.decode("utf-8", "replace")))
                    return answer, watch, watch.extend(text)
                async for event in read_events(response.aiter_bytes()):
                    if event is None:
                        answer.done = True
                        break
                    if watch.extend(answer.take(event)):
                        return answer, watch, True
                    if len(answer.text) > most:
                        answer.finish = "length"
                        break
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise transport_refusal(error, self.url) from None
        if not answer.ended:
            raise _cut(answer)
        return answer, watch, False

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = open_client(self._settings)
        return self._client

    def call(self, work: Any, timeout_s: float) -> Any:
        """Run a coroutine on the engine's thread and wait for it. Raises what it raises, or TimeoutError."""
        future = asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, timeout_s), self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise


async def _read(response: httpx.Response, most: int) -> bytes:
    """The body, or about the first `most` bytes of it."""
    found = b""
    async for chunk in response.aiter_bytes():
        found += chunk
        if len(found) > most:
            break
    return found


def _cut(answer: Answer) -> Refusal:
    error = EngineError(f"the answer broke off after {len(answer.text)} characters", user_action="Try again later.")
    return Refusal(error, again=True)


def is_noise(text: str) -> bool:
    """One sign over and over: what a server with broken weights or numerics writes."""
    signs = set(text) - set(" \t\r\n")
    return len(text) >= 24 and len(signs) == 1 and not next(iter(signs)).isalnum()


def noise_error(text: str) -> EngineError:
    return EngineError(
        f"the server writes nothing but {text.strip()[:1]!r}: its numbers overflow",
        user_action="Run the model in bfloat16, without quantisation, or update the server.",
    )


def _output(
    page: PageImage,
    answer: Answer,
    watch: StreamWatch,
    loop: bool,
    engine: RemoteEngine,
    profile: Profile,
    seconds: float,
) -> PageOutput:
    if is_noise(answer.text):
        raise noise_error(answer.text)
    if answer.finish == "content_filter":
        raise EngineError("the server's content filter refuses the page", user_action="Choose another --engine.")
    html, flags = answer.text, list(profile.flags)
    finish = FinishReason.STOP
    if loop:
        html, finish = watch.kept(answer.text), FinishReason.REPETITION
        flags.append("repetition")
    elif answer.finish == "length":
        finish = FinishReason.LENGTH
        flags.append("token_limit")
    if answer.prompt_tokens is not None and answer.prompt_tokens < visual_tokens(page):
        flags.append("image_resized_by_server")
    count = sum(1 for offset in answer.offsets if offset < len(html))
    return PageOutput(
        html=html, engine=engine.name, finish_reason=finish, token_logprobs=tuple(answer.logprobs[:count]),
        token_offsets=tuple(answer.offsets[:count]), flags=tuple(flags), model=engine.model,
        coordinates=profile.coordinates, seconds=seconds,
        tokens=answer.tokens if answer.tokens is not None else len(answer.offsets),
    )  # fmt: skip
