"""OCR words for pages that a model reads and no sound text layer vouches for: the verifier's witness there.

    seek_witness      when the page goes to the model: OCR runs beside it, on the CPU
    hear_witness      when the model has answered: its words, or why there are none

It costs no time of its own where OCR is done before the model, and never more than the page's deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout

from docparse.checks.witness import Heard
from docparse.errors import DocparseError
from docparse.model.base import Deadline, Engine, WordReader
from docparse.options import ParseOptions
from docparse.schemas.page import PageImage, PageOutput, TextQuality

_DOUBTFUL = ("ocr_unavailable", "ocr_incomplete", "low_confidence", "script_unsupported")
_SURE = 0.9  # mean confidence of its words, from which on OCR is a witness
_GUESS, _FEW_GUESSES, _GUESSED_SHARE = 0.75, 3, 0.05  # a blurred page has many words below this confidence

Seeking = Future[PageOutput] | str  # OCR under way, or why there is none


def seek_witness(
    engine: Engine, image: PageImage, *, options: ParseOptions, deadline: Deadline, embedded: Callable[[], Engine]
) -> Seeking:
    """Have OCR read a page while a model does. `embedded` opens the embedded engine."""
    if image.text.quality is TextQuality.SOUND or engine.name.startswith("embedded"):
        return ""  # it has words already
    if not options.witness or options.ocr == "never":
        return "OCR is switched off"
    if image.pixels is None:
        return "no pixels"
    try:
        reader = embedded()
    except DocparseError as error:
        return f"no OCR: {error}"
    if not isinstance(reader, WordReader):
        return f"the engine {reader.name} gives no words"
    return reader.submit_words(image, deadline=deadline)


def hear_witness(seeking: Seeking, deadline: Deadline) -> Heard:
    """The words of OCR, or the reason why it is no witness: not done in time, nothing read, not sure of itself."""
    if isinstance(seeking, str):
        return Heard(reason=seeking)
    try:
        found = seeking.result(deadline.remaining_s)
    except (FutureTimeout, CancelledError):
        seeking.cancel()
        return Heard(reason="OCR was not done in time")
    except DocparseError as error:
        return Heard(reason=f"OCR failed: {error}")
    doubt = doubt_of(found)
    if doubt:
        return Heard(reason=doubt)
    turns = (flag.removeprefix("turned:") for flag in found.flags if flag.startswith("turned:"))
    return Heard(found.words, turn=next((int(turn) for turn in turns if turn.isdigit()), 0))


def doubt_of(found: PageOutput) -> str:
    """Why what OCR read can't judge anybody; empty if it can."""
    doubts = [flag for flag in found.flags if flag.partition(":")[0] in _DOUBTFUL]
    if doubts or not found.words:
        return f"OCR: {doubts[0]}" if doubts else "OCR read nothing"
    sure = sum(word.confidence for word in found.words) / len(found.words)
    if sure < _SURE:
        return f"OCR is not sure of itself ({sure:.2f})"
    guessed = sum(word.confidence < _GUESS for word in found.words)
    many = guessed >= _FEW_GUESSES and guessed >= _GUESSED_SHARE * len(found.words)
    return f"OCR guessed {guessed} of {len(found.words)} words" if many else ""
