"""Layouts: each fills a draft with pieces and says how its pages are divided."""

from collections.abc import Callable
from types import MappingProxyType

from docparse.synth.compose import Draft
from docparse.synth.layouts.article import single, three, two

LAYOUTS: MappingProxyType[str, Callable[[Draft], None]] = MappingProxyType(
    {"single": single, "two": two, "three": three}
)
