"""The words of invoices in many languages, and how to find them in a row of tokens."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from docparse.invoices.text import Token, squash

_LONGEST = 9  # tokens of a label
_NUMBER_WORDS = ("n", "no", "nr", "num", "nro", "numero")


@dataclass(frozen=True, slots=True)
class Hit:
    """A label in a row: tokens `first` to `last` (exclusive) name the fields `names`, longest phrase of all."""

    names: tuple[str, ...]
    first: int
    last: int
    key: str


class Vocabulary:
    """Phrases by squashed text: which fields each may name, and in which languages it is one."""

    def __init__(self, table: dict[str, dict[str, list[str]]]) -> None:
        self._names: dict[str, dict[str, None]] = {}
        self._languages: dict[str, set[str]] = {}
        self._prefixes: set[str] = set()
        for name, by_language in table.items():
            for language, phrases in by_language.items():
                for phrase in phrases:
                    for variant in _variants(phrase):
                        self._add(squash(variant) or variant.strip(), name, language)

    def _add(self, key: str, name: str, language: str) -> None:
        self._names.setdefault(key, {})[name] = None
        self._languages.setdefault(key, set()).add(language)
        self._prefixes.update(key[:end] for end in range(1, len(key) + 1))

    def names(self, text: str) -> tuple[str, ...]:
        """Fields that a whole text names."""
        return tuple(self._names.get(squash(text), ()))

    def at(self, tokens: Sequence[Token], first: int, last: int | None = None) -> Hit | None:
        """The longest label that starts at a token and ends before `last`."""
        end = min(len(tokens) if last is None else last, first + _LONGEST)
        key, found = "", None
        for place in range(first, end):
            key += tokens[place].key
            if key not in self._prefixes:
                break
            if key and tokens[place].key and key in self._names:
                found = Hit(tuple(self._names[key]), first, place + 1, key)
        return found

    def find(self, tokens: Sequence[Token], first: int = 0, last: int | None = None) -> Iterator[Hit]:
        """Labels of a run of tokens from left to right, not overlapping."""
        place, end = first, len(tokens) if last is None else last
        while place < end:
            hit = self.at(tokens, place, end)
            if hit is None:
                place += 1
            else:
                yield hit
                place = hit.last

    def vote(self, hits: Sequence[Hit], votes: Counter[str]) -> None:
        """Count the languages that the labels speak for; shared ones count less."""
        for hit in hits:
            spoken = self._languages.get(hit.key, set()) - {"all"}
            for language in spoken:
                votes[language] += 12 // len(spoken)


def _variants(phrase: str) -> list[str]:
    """The phrase with each way of writing "number": "invoice no" is "invoice nr" and "invoice n°" too."""
    words = phrase.split()
    places = [place for place, word in enumerate(words) if word in _NUMBER_WORDS]
    if len(words) < 2 or len(places) != 1:
        return [phrase]
    before, after = words[: places[0]], words[places[0] + 1 :]
    return [" ".join((*before, word, *after)) for word in _NUMBER_WORDS]


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(files("docparse.invoices").joinpath("data", name).read_text(encoding="utf-8"))


@cache
def field_labels() -> Vocabulary:
    return Vocabulary(_load("labels.toml")["fields"])


@cache
def party_labels() -> Vocabulary:
    return Vocabulary(_load("labels.toml")["parties"])


@cache
def line_labels() -> Vocabulary:
    return Vocabulary(_load("labels.toml")["lines"])


@cache
def total_labels() -> Vocabulary:
    return Vocabulary(_load("totals.toml"))


@cache
def column_labels() -> Vocabulary:
    return Vocabulary(_load("columns.toml"))


@cache
def words_of(name: str) -> dict[str, Any]:
    """The plain word lists of `words.toml`."""
    table: dict[str, Any] = _load("words.toml")[name]
    return table


def label_words() -> set[str]:
    """Every single word of the labels of fields and sums and of the titles of papers."""
    tables = (*_load("labels.toml")["fields"].values(), *_load("totals.toml").values(), words_of("titles"))
    return {word for table in tables for phrases in table.values() for phrase in phrases for word in phrase.split()}
