"""Layouts: each fills a draft with pieces and says how its pages are divided."""

from collections.abc import Callable
from types import MappingProxyType

from docparse.synth.compose import Draft
from docparse.synth.layouts.article import single, three, two
from docparse.synth.layouts.invoices import invoice, receipt
from docparse.synth.layouts.letters import form, letter
from docparse.synth.layouts.magazine import magazine
from docparse.synth.layouts.slides import slides

LAYOUTS: MappingProxyType[str, Callable[[Draft], None]] = MappingProxyType(
    {
        "single": single, "two": two, "three": three, "magazine": magazine, "slides": slides, "letter": letter,
        "invoice": invoice, "receipt": receipt, "form": form,
    }
)  # fmt: skip
