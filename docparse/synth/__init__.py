"""Documents of every element kind with their truth: `make_documents` makes them, `docparse synth` writes them.

Needs the extra `docparse[synth]`, Chromium and fonts (docs/synth.md). Nothing of it is used by the parser.
"""

from docparse.synth.make import SynthDocument, make_documents
from docparse.synth.options import DEGRADATIONS, KINDS, LANGUAGES, LAYOUTS, SynthOptions, paper

__all__ = [
    "DEGRADATIONS", "KINDS", "LANGUAGES", "LAYOUTS", "SynthDocument", "SynthOptions", "make_documents", "paper",
]  # fmt: skip
