"""Monospaced type, by the flag that a font carries or by its name."""

from __future__ import annotations

import re
from functools import lru_cache

from docparse.schemas.page import Word, WordStyle

_MONO = int(WordStyle.MONO)
_NAMES = (
    "mono", "nimbusmon", "courier", "consol", "typewriter", "cmtt", "cmitt", "cmsltt", "cmtcsc", "cmuntt", "lmtt",
    "menlo", "monaco", "inconsolata", "firacode", "sourcecode", "lettergothic", "mplus1m", "cascadia", "iosevka",
    "cousine", "anonymouspro", "txtt", "txbtt", "t1xtt", "t1xbtt", "tcxtt", "texgyrecursor", "hack", "fixedsys",
)  # fmt: skip
_TEX = re.compile(r"(?:ec|sf|tc|la)(?:tt|st|it)\d{3}")  # typewriter type by family and size: "SFTT1000"
_FOUNDRY = "monotype"  # Monotype Corsiva
_SEPARATORS = str.maketrans("", "", " -_")


def is_mono_word(word: Word) -> bool:
    return bool(word.style & _MONO) or _mono_name(word.font)


@lru_cache(maxsize=512)
def _mono_name(font: str) -> bool:
    plain = font.lower().translate(_SEPARATORS).replace(_FOUNDRY, "")
    return any(name in plain for name in _NAMES) or _TEX.search(plain) is not None
