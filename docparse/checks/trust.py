"""Whether a page should be read again: what the verifier and the engine said, put together."""

from __future__ import annotations

from docparse.checks.page import Verdict
from docparse.checks.witness import Witness
from docparse.schemas.document import Page
from docparse.schemas.page import FinishReason, PageOutput

_LEAST = 0.9  # score of a page that is worth keeping
_GRAVE = ("text_on_blank_page", "repetition", "wrong_language", "numbers_differ")
_BROKEN = ("degenerate_output", "truncated", "token_limit")
_CUT = 0.8  # what a page that was cut off is worth


def worth(verdict: Verdict, page: Page, witness: Witness | None) -> float:
    """The score by which one reading of a page is better than another.

    The embedded engine copies the OCR words that it is compared with: it always agrees with itself, and is worth no
    more than OCR is sure of them.
    """
    if witness is None or witness.source != "ocr" or not page.engine.startswith("embedded"):
        return verdict.score
    return verdict.score * sum(word.confidence for word in witness.words) / len(witness.words)


def doubt(verdict: Verdict, page: Page, output: PageOutput) -> str:
    """Why the page should be read again; empty if it should not. A page that was cut off loses score."""
    reasons = [flag for flag in _GRAVE if flag in verdict.flags]
    broken = [flag for flag in _BROKEN if flag in page.flags]
    if output.finish_reason in (FinishReason.LENGTH, FinishReason.REPETITION):
        broken.append(f"finish:{output.finish_reason.value}")
    if broken:
        verdict.score *= _CUT
    if verdict.score < _LEAST:
        reasons += [flag for flag in verdict.flags if flag not in reasons] or [f"score {verdict.score:.2f}"]
    return ", ".join(dict.fromkeys((*broken, *reasons)))
