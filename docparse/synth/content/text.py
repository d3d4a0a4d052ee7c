"""Words, sentences, names and numbers in the twelve languages, from Faker's word lists, by seed."""

from __future__ import annotations

import functools
import random
from typing import Any

from docparse.errors import MissingDependency
from docparse.synth.content.lexicon import WORDS

_LOCALES = {
    "en": "en_US", "zh": "zh_CN", "fr": "fr_FR", "de": "de_DE", "it": "it_IT", "es": "es_ES", "pt": "pt_BR",
    "ar": "ar_AA", "ru": "ru_RU", "ja": "ja_JP", "ko": "ko_KR", "vi": "vi_VN",
}  # fmt: skip
_STOPS = {"zh": "。", "ja": "。", "ar": "."}
_COMMAS = {"zh": "，", "ja": "、", "ar": "،"}
NO_SPACES = ("zh", "ja")


@functools.cache
def faker_of(language: str) -> Any:
    """Faker for names, addresses and words of a language. Raises MissingDependency without Faker."""
    try:
        from faker import Faker
    except ImportError:
        raise MissingDependency(
            "making documents needs Faker", user_action="Install it with: pip install 'docparse[synth]'"
        ) from None
    return Faker(_LOCALES[language])


@functools.cache
def _words(language: str) -> tuple[str, ...]:
    if language in WORDS:
        return tuple(WORDS[language].split())
    fake = faker_of(language)
    provider = next(p for p in fake.get_providers() if hasattr(p, "word_list"))
    return tuple(dict.fromkeys(provider.word_list))


class Writer:
    """Text of one language; everything it says follows from `rng`."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self.language, self.rng = language, rng
        self.fake = faker_of(language)
        self.fake.seed_instance(rng.getrandbits(64))

    @property
    def spaces(self) -> bool:
        return self.language not in NO_SPACES

    def word(self) -> str:
        return self.rng.choice(_words(self.language))

    def words(self, low: int, high: int) -> str:
        """`low` to `high` words (twice as many where words are not spaced), the first with a capital."""
        if not self.spaces:
            low, high = 2 * low, 2 * high
        count = self.rng.randint(low, high)
        text = (" " if self.spaces else "").join(self.word() for _ in range(count))
        return text[:1].upper() + text[1:]

    def title(self, low: int = 3, high: int = 7) -> str:
        return self.words(low, high)

    def sentence(self, low: int = 6, high: int = 16) -> str:
        count = self.rng.randint(low, high) * (1 if self.spaces else 2)
        comma, gap = _COMMAS.get(self.language, ","), " " if self.spaces else ""
        parts: list[str] = []
        for index in range(count):
            word = self.word()
            if self.rng.random() < 0.03:
                word = self.number()
            parts.append(word)
            if 2 < index < count - 3 and self.rng.random() < 0.1:
                parts[-1] += comma
        text = gap.join(parts)
        return text[:1].upper() + text[1:] + _STOPS.get(self.language, ".")

    def paragraph(self, sentences: int = 4) -> str:
        return (" " if self.spaces else "").join(self.sentence() for _ in range(max(1, sentences)))

    def number(self) -> str:
        """A number as the language writes it: 1,234.5 or 1.234,5 or 1 234,5."""
        value = self.rng.choice((self.rng.randint(2, 99), self.rng.randint(1900, 2030), self.rng.randint(1000, 99999)))
        if 1900 <= value <= 2030:
            return str(value)
        return self.decimal(value + self.rng.choice((0, 0, 0.5, 0.25)))

    def decimal(self, value: float, places: int | None = None) -> str:
        if places is None:
            places = 0 if value == int(value) else len(f"{value:g}".partition(".")[2])
        return localise(f"{value:,.{places}f}", self.language)

    def person(self) -> str:
        return str(self.fake.name())

    def company(self) -> str:
        return str(self.fake.company())

    def address(self) -> list[str]:
        return [line.strip() for line in str(self.fake.address()).split("\n") if line.strip()]


def localise(number: str, language: str) -> str:
    """ "1,234.50" with the separators of the language."""
    if language in ("de", "it", "es", "pt", "vi"):
        return number.translate(str.maketrans(",.", ".,"))
    if language in ("fr", "ru"):
        return number.translate(str.maketrans(",.", "\u00a0,"))
    return number
