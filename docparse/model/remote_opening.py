"""From settings to a remote engine that is known to work: which model the server has, and whether it can read."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from docparse.errors import EngineError, EngineUnavailable, SettingsError
from docparse.model.base import Deadline
from docparse.model.remote import RemoteEngine
from docparse.model.remote_client import (
    base_url,
    endpoint,
    open_client,
    require_httpx,
    shape_refusal,
    shown_url,
    status_refusal,
    transport_refusal,
)
from docparse.model.remote_retry import Pace
from docparse.model.remote_stream import read_json
from docparse.options import ParseOptions
from docparse.schemas.document import EngineInfo
from docparse.schemas.page import PageImage
from docparse.settings import Settings

START_S = 120.0  # a server that has just started loads its model first
_WORDS = ("HARBOUR", "4827")
_TOKENS = 256


def open_remote(
    options: ParseOptions, settings: Settings, *, reason: str = "asked for"
) -> tuple[RemoteEngine, EngineInfo]:
    """The engine, after it has read a small known page.

    Raises MissingDependency, SettingsError, or EngineUnavailable saying what is wrong with the server.
    """
    require_httpx()
    if not settings.remote_url:
        raise SettingsError(
            "engine 'remote' needs a server",
            user_action="Set DOCPARSE_REMOTE_URL, for example to http://localhost:8000/v1 (docs/engines.md).",
        )
    model = options.model or settings.remote_model or only_model(settings)
    engine = RemoteEngine(settings, model)
    try:
        self_test(engine)
    except BaseException:
        engine.close()
        raise
    return engine, EngineInfo(name="remote", reason=reason, model=model)


def only_model(settings: Settings) -> str:
    """What the server calls its only model. Raises EngineUnavailable when it has several, or does not say."""
    import asyncio

    async def names() -> list[str]:
        async with open_client(settings) as client:
            return await Pace(settings.remote_attempts).run(lambda: _models(client, settings), left_s=lambda: START_S)

    with ThreadPoolExecutor(1) as pool:  # the caller's thread may have a loop that runs, as a notebook's has
        found = pool.submit(lambda: asyncio.run(asyncio.wait_for(names(), START_S))).result()
    if len(found) == 1:
        return found[0]
    has = (
        f"has {len(found)} models ({', '.join(found[:5])}{', …' if len(found) > 5 else ''})"
        if found
        else "has no model"
    )
    raise EngineUnavailable(
        f"the server at {shown_url(settings.remote_url or '')} {has}",
        user_action="Name one with --model or DOCPARSE_REMOTE_MODEL.",
    )


async def _models(client: Any, settings: Settings) -> list[str]:
    import httpx

    url = base_url(settings.remote_url or "")
    try:
        response = await client.get(endpoint(url, "models"))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise transport_refusal(error, url) from None
    if not response.is_success:
        raise status_refusal(response.status_code, response.headers, response.content)
    found = read_json(response.text)
    rows = found.get("data") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise shape_refusal("its list of models is none")
    return [str(row["id"]) for row in rows if isinstance(row, dict) and row.get("id")]


def self_test(engine: RemoteEngine) -> float:
    """Have the server read a small page. Returns the seconds it took; raises EngineUnavailable."""
    started = time.perf_counter()
    where = shown_url(engine.url)
    page = known_page()
    try:
        output = engine.call(
            engine.ask(page, Deadline.after(START_S), replace(engine.profile, max_tokens=_TOKENS)), START_S
        )
    except TimeoutError:
        raise EngineUnavailable(f"the server at {where} did not read the test page within {START_S:g} s") from None
    except EngineError as error:
        raise EngineUnavailable(
            f"the server at {where} failed the self-test: {error}", user_action=error.user_action
        ) from None
    text = output.html.upper()
    if not any(word in text for word in _WORDS):
        said = " ".join(output.html.split())[:80]
        what = f"wrote {said!r}" if said else "wrote nothing"
        raise EngineUnavailable(
            f"the server at {where} can't read: for a page that says {' '.join(_WORDS)!r} model {engine.model} {what}",
            user_action="Serve a model that sees images, such as Qwen2.5-VL, or choose another --engine.",
        )
    return time.perf_counter() - started


def known_page() -> PageImage:
    """White, 448 x 224 pixels, with two words in large print."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (448, 224), "white")
    draw = ImageDraw.Draw(image)
    draw.text((40, 60), " ".join(_WORDS), fill="black", font=ImageFont.load_default(48))
    return PageImage(number=1, width_px=448, height_px=224, width=448, height=224, unit="px", pixels=np.asarray(image))
