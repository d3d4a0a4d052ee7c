"""The seam to a model that answers questions about a page: `Asker`, over a server or over Qwen2.5-VL in process."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from docparse.errors import EngineError, EngineUnavailable, SettingsError
from docparse.model.base import Deadline
from docparse.options import ParseOptions
from docparse.schemas.page import PageImage, PixelBudget
from docparse.settings import Settings

if TYPE_CHECKING:
    import httpx

    from docparse.model.qwen.engine import QwenEngine
    from docparse.model.qwen.load import Checkpoint

_TOKENS = 4096
_BUDGET = PixelBudget()


class Asker(Protocol):
    """Answers a prompt about the image of a page with text; JSON after `schema` where it can be held to one.

    `attempt` counts from 0: a second one is sampled differently. Fails with an `EngineError`. May be called from any
    thread.
    """

    @property
    def name(self) -> str: ...

    @property
    def budget(self) -> PixelBudget: ...

    def ask(self, page: PageImage, prompt: str, schema: Mapping[str, Any], *, attempt: int = 0) -> str: ...

    def close(self) -> None: ...


def open_asker(options: ParseOptions, settings: Settings) -> Asker:
    """The asker of engine "remote" or "qwen". Raises what opening the engine raises."""
    return ServerAsker(options, settings) if options.engine == "remote" else QwenAsker(options)


class ServerAsker:
    """An OpenAI-compatible server: guided decoding where it offers it, plain text where it does not."""

    name = "remote"

    def __init__(self, options: ParseOptions, settings: Settings) -> None:
        import os

        from docparse.model.remote_client import KEY, base_url, endpoint, require_httpx
        from docparse.model.remote_opening import only_model

        require_httpx()
        import httpx

        if not settings.remote_url:
            raise SettingsError("engine 'remote' needs a server", user_action="Set DOCPARSE_REMOTE_URL.")
        self._url = base_url(settings.remote_url)
        self._address = endpoint(self._url, "chat/completions")
        self._model = options.model or settings.remote_model or only_model(settings)
        most = settings.remote_max_pixels or _BUDGET.max_pixels
        self.budget = PixelBudget(max_pixels=most, max_scan_pixels=most)
        self._timeout_s = options.page_timeout_s
        key = os.environ.get(KEY, "").strip()
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._client: httpx.Client = httpx.Client(headers=headers, timeout=self._timeout_s, follow_redirects=False)
        self._guided = True

    def ask(self, page: PageImage, prompt: str, schema: Mapping[str, Any], *, attempt: int = 0) -> str:
        from docparse.model.remote_client import Refusal, shape_refusal, status_refusal
        from docparse.model.remote_image import page_url

        body = self._body(page_url(page, self.budget), prompt, schema, attempt)
        response = self._post(body)
        if response.status_code in (400, 422) and self._guided:
            self._guided = False  # the server knows no response_format
            body.pop("response_format", None)
            response = self._post(body)
        try:
            if not response.is_success:
                raise status_refusal(response.status_code, response.headers, response.content)
            with contextlib.suppress(ValueError, LookupError, TypeError):
                content = response.json()["choices"][0]["message"]["content"]
                if isinstance(content, str):
                    return content
            raise shape_refusal("its answer is no chat completion")
        except Refusal as refusal:
            raise refusal.error from None

    def _body(self, image_url: str, prompt: str, schema: Mapping[str, Any], attempt: int) -> dict[str, Any]:
        content = [{"type": "image_url", "image_url": {"url": image_url}}, {"type": "text", "text": prompt}]
        body: dict[str, Any] = {
            "model": self._model, "messages": [{"role": "user", "content": content}], "max_tokens": _TOKENS,
            "temperature": 0.0 if attempt == 0 else 0.3, "stream": False,
        }  # fmt: skip
        if self._guided:
            body["response_format"] = {"type": "json_schema", "json_schema": {"name": "data", "schema": dict(schema)}}
        return body

    def _post(self, body: dict[str, Any]) -> httpx.Response:
        import httpx

        from docparse.model.remote_client import transport_refusal

        try:
            return self._client.post(self._address, json=body)
        except httpx.HTTPError as error:
            raise transport_refusal(error, self._url).error from None

    def close(self) -> None:
        self._client.close()


class QwenAsker:
    """Qwen2.5-VL in process. The engine's frame holds one prompt, so there is one engine for each prompt."""

    name = "qwen"

    def __init__(self, options: ParseOptions) -> None:
        from docparse.model.qwen.load import load, require_libraries

        require_libraries()
        from docparse.qwenvl.profiles import DEFAULT, hub_name, profile_of

        name = hub_name(options.model or DEFAULT.repo)
        profile = profile_of(name)
        self.budget = profile.budget
        self._profile = profile
        self._timeout_s = options.page_timeout_s
        self._checkpoint: Checkpoint = load(name, revision=profile.revision)
        self._prompt = ""
        self._engine: QwenEngine | None = None

    def ask(self, page: PageImage, prompt: str, schema: Mapping[str, Any], *, attempt: int = 0) -> str:
        engine = self._engine_for(prompt, attempt)
        try:
            output = engine.submit(page, deadline=Deadline.after(self._timeout_s)).result(self._timeout_s + 5)
        except TimeoutError:
            raise EngineUnavailable(f"page {page.number} was not answered in {self._timeout_s:g} s") from None
        return output.html

    def _engine_for(self, prompt: str, attempt: int) -> QwenEngine:
        key = f"{attempt}:{prompt}"
        if self._engine is None or key != self._prompt:
            from docparse.model.qwen.engine import QwenEngine
            from docparse.model.qwen.opening import recipe_of

            self.close()
            recipe = recipe_of(self._profile)
            decoding = replace(recipe.decoding, max_tokens=_TOKENS, temperature=0.3 if attempt else 0.0)
            self._engine = QwenEngine(self._checkpoint, replace(recipe, prompt=prompt, decoding=decoding), drafts=False)
            self._prompt = key
        return self._engine

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None


def failed_answer(page: int, why: str) -> EngineError:
    return EngineError(f"page {page}: the model's answer is no JSON of the asked form ({why})", page=page)
