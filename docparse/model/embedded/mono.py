"""Monospaced type, by the flag that a font carries or by its name."""

from __future__ import annotations

from functools import lru_cache

from docparse.schemas.page import Word, WordStyle

_MONO = int(WordStyle.MONO)
_NAMES = (
    "mono", "nimbusmon", "courier", "consol", "typewriter", "cmtt", "cmitt", "cmsltt", "sftt", "sfst", "sfit", "ectt",
    "ecst", "ecit", "lmtt", "menlo", "monaco", "inconsolata", "fira code", "firacode", "sourcecode", "lettergothic",
    "mplus1m", "mplus-1m", "cascadia", "iosevka", "cousine", "anonymouspro", "txtt",
)  # fmt: skip


def is_mono_word(word: Word) -> bool:
    return bool(word.style & _MONO) or _mono_name(word.font)


@lru_cache(maxsize=512)
def _mono_name(font: str) -> bool:
    return any(name in font.lower() for name in _NAMES)
