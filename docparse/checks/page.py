"""The page verifier: is everything on the page in the output, and everything in the output on the page?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from docparse.checks.agreement import Agreement, BlockMatch, compare
from docparse.checks.cell_places import misplaced_cells
from docparse.checks.misreadings import changed_numbers, forgive, lost_lines, unsure_numbers
from docparse.checks.order import order_faults
from docparse.checks.printed import printed, tokens
from docparse.checks.repetition import loops
from docparse.checks.scripts import main_script
from docparse.checks.turn import turn_of
from docparse.checks.unread import reads_unseen_print
from docparse.checks.witness import Heard, Witness, find_witness, owners
from docparse.geometry import area
from docparse.schemas.document import Block, Check, Page, Table
from docparse.schemas.page import PageImage, PageOutput

_NUMBER_DIGITS = 3  # digits from which on a number must stand on both sides, whoever read the page
_LOST_SHARE, _LOST_RUN = 0.02, 12  # what a model may miss: share of the page's characters, characters in one place
_OCR_SHARE, _OCR_RUN = 0.03, 30  # the same where OCR is the witness and may have lost words itself
_OCR_LEAST = 12  # characters that it may lose on any page
_PICTURED_SHARE, _PICTURED_LEAST = 0.7, 20  # of the page's letters in figures without their text, and letters there
_FOREIGN_SHARE = 0.3  # of the output that stands nowhere on the page, from which on its script is compared
_MOVED_SHARE, _MOVED_LEAST = 0.8, 3  # of a block's words, found elsewhere on the page than in its box
_BLANK_SHARE, _BLANK_STEP = 0.0003, 8


@dataclass(slots=True)
class Verdict:
    """What the verifier says of a page. `score` is 0 to 1: the share of page and output that agree, less the faults."""

    score: float = 1.0
    flags: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    matches: list[BlockMatch] = field(default_factory=list)

    def add(self, name: str, flag: str, faults: Sequence[object], detail: str, cost: float = 0.0) -> None:
        """One check: `faults` empty means passed."""
        self.checks.append(Check(name=name, outcome="failed" if faults else "passed", detail=detail if faults else ""))
        if faults:
            self.flags.append(flag)
            self.score *= 1.0 - cost


def verify_page(
    page: Page, image: PageImage, output: PageOutput, witness: Witness | None = None, heard: Heard | None = None
) -> Verdict:
    """Judge the blocks of a page; nothing on it is changed. `witness` is found from image and output if not given."""
    witness = witness or find_witness(image, output, heard)
    if witness is not None:
        verdict = _with_witness(page, image, output, witness)
    else:
        verdict = _without_witness(page, image, heard.reason if heard is not None else "")
    _judge_unread(verdict, page)
    return verdict


def _with_witness(page: Page, image: PageImage, output: PageOutput, witness: Witness) -> Verdict:
    own = output.engine.startswith("embedded")  # it copies the witness's words: not one may get lost
    agreement = compare(page.blocks, witness, image, reads_pictures=not own)
    if witness.source == "ocr" and not own:
        forgive(agreement, page.blocks, witness)
        _pass_over(agreement, page, image, witness)
    _count_pictured(agreement)
    verdict = Verdict(matches=agreement.blocks)
    ocr = witness.source == "ocr"
    bearable = not own and _bearable(agreement, ocr=ocr) and not (ocr and lost_lines(agreement, witness))
    _judge_text(verdict, agreement, bearable, ocr=ocr, unsure=unsure_numbers(witness) if ocr and not own else set())
    _judge_places(verdict, page, agreement, witness, turn_of(output, witness))
    suspects = [place for place, match in enumerate(agreement.blocks) if match.extra]
    again = loops(page.blocks, suspects) if suspects else []
    verdict.add("repetition", "repetition", again, f"{len(again)} blocks repeat text that the page has once", 0.5)
    return verdict


def _pass_over(agreement: Agreement, page: Page, image: PageImage, witness: Witness) -> None:
    """Leave alone what a model read where OCR saw nothing of what is printed."""
    for block, match in zip(page.blocks, agreement.blocks, strict=True):
        size = sum(map(len, match.extra))
        worth_it = size and (size >= _OCR_LEAST or not match.words)
        if worth_it and block.bbox and reads_unseen_print(block.bbox, size, image, witness):
            match.extra, match.vouched = [], False


def _count_pictured(agreement: Agreement) -> None:
    """Labels in a figure need not be read; a page that is nothing but a figure over its text was not read at all."""
    hidden = sum(len(token) for match in agreement.blocks for token in match.optional)
    if hidden > max(_PICTURED_SHARE * agreement.witness_size, _PICTURED_LEAST):
        for match in agreement.blocks:
            match.missing, match.optional = [*match.missing, *match.optional], []


def _judge_unread(verdict: Verdict, page: Page) -> None:
    """Text that is shown as a picture because no engine here reads its script, against what could be read."""
    read = unread = 0.0
    for block in page.blocks:
        size = area(block.bbox) if block.bbox is not None else 0.0
        if "text_not_recognised" in block.flags:
            unread += size
        else:
            read += size
    if unread:
        share = unread / (read + unread)
        verdict.add(
            "recognised", "text_not_recognised", ["unread"], f"{share:.0%} of the text, shown as picture", share
        )


def _judge_text(verdict: Verdict, agreement: Agreement, bearable: bool, *, ocr: bool, unsure: set[str]) -> None:
    extra, missing = agreement.extra, agreement.missing
    lost, made_up = sum(map(len, missing)), sum(map(len, extra))
    covered = 1.0 - lost / agreement.witness_size if agreement.witness_size else 1.0
    borne_out = 1.0 - made_up / agreement.output_size if agreement.output_size else 1.0
    verdict.score = max(0.0, covered) * max(0.0, borne_out)
    verdict.add("coverage", "missing_text", [] if bearable else missing, _some("not in the output", missing))
    verdict.add("invention", "invented_text", [] if bearable else extra, _some("not on the page", extra))
    numbers = [token for token in extra if _is_number(token)]
    numbers += [token for token in missing if _is_number(token) and token not in unsure]
    numbers += [token for token in changed_numbers(agreement, ocr=ocr) if not _is_number(token)]
    verdict.add("numbers", "numbers_differ", numbers, _some("only on the page or only in the output", numbers), 0.1)
    if made_up > _FOREIGN_SHARE * max(agreement.output_size, 1) and missing:
        here, there = main_script("".join(extra)), main_script("".join(missing))
        foreign = [here] if here and there and here != there else []
        verdict.add("language", "wrong_language", foreign, f"{here} letters on a page of {there} ones", 0.5)


def _bearable(agreement: Agreement, *, ocr: bool) -> bool:
    """Small misreadings of a model, or of OCR as its witness: spread over the page, few, no block off altogether."""
    share, run, least = (_OCR_SHARE, _OCR_RUN, _OCR_LEAST) if ocr else (_LOST_SHARE, _LOST_RUN, 4)
    for items, size in ((agreement.missing, agreement.witness_size), (agreement.extra, agreement.output_size)):
        if sum(map(len, items)) > max(share * size, least):
            return False
    places = [match.missing for match in agreement.blocks] + [match.extra for match in agreement.blocks]
    outside = sum(map(len, agreement.outside)) <= _LOST_RUN  # a line beside all blocks is one that was left out
    return outside and all(sum(map(len, items)) <= run for items in places)


def _is_number(token: str) -> bool:
    return len(token) >= _NUMBER_DIGITS and sum(sign.isdigit() for sign in token) >= _NUMBER_DIGITS


def _judge_places(verdict: Verdict, page: Page, agreement: Agreement, witness: Witness, turn: int) -> None:
    pairs = order_faults(page.blocks, agreement, witness, turn)
    ids = [f"{page.blocks[i].id} before {page.blocks[j].id}" for i, j in pairs]
    verdict.add("order", "order_suspect", pairs, _some("against the page", ids), 0.05)
    moved = [
        block.id
        for block, match in zip(page.blocks, agreement.blocks, strict=True)
        if match.moved and _elsewhere(block, match, witness)
    ]
    verdict.add("places", "text_elsewhere", moved, _some("with words from outside the box", moved), 0.05)
    strayed = []
    for block, match in zip(page.blocks, agreement.blocks, strict=True):
        if isinstance(block, Table):
            strayed += [f"{block.id} ({c.row}, {c.col})" for c in misplaced_cells(block, match.words, witness, turn)]
    if any(isinstance(block, Table) for block in page.blocks):
        verdict.add("cells", "cells_misplaced", strayed, _some("in another row or column of the page", strayed), 0.05)


def _elsewhere(block: Block, match: BlockMatch, witness: Witness) -> bool:
    """Whether most of the block's words stand outside its box, and not only in a box that overlaps it."""
    if block.bbox is None or match.moved < max(_MOVED_LEAST, _MOVED_SHARE * match.tokens):
        return False
    said = printed(block)
    inside = owners(witness.words, [block.bbox], [False]).tolist()
    here = {token for word, place in enumerate(inside) if place == 0 for token in tokens(witness.words[word].text)}
    wanted = set(tokens(said.text))
    return said.whole and len(wanted - here) >= _MOVED_SHARE * len(wanted)


def _some(what: str, items: Sequence[str]) -> str:
    """A line that names the first few."""
    more = f" and {len(items) - 5} more" if len(items) > 5 else ""
    return f"{what}: {', '.join(items[:5])}{more}"[:300]


def _without_witness(page: Page, image: PageImage, reason: str) -> Verdict:
    """No words to compare with: only blank pages and loops can be told."""
    verdict = Verdict(matches=[BlockMatch(vouched=False) for _ in page.blocks])
    text = [block.id for block in page.blocks]
    if image.pixels is not None:
        told = text if _is_blank(image) else []
        verdict.add("blank", "text_on_blank_page", told, f"{len(told)} blocks on a page without ink", 1.0)
    again = loops(page.blocks)
    verdict.add("repetition", "repetition", again, f"{len(again)} blocks repeat themselves", 0.5)
    why = f"text layer {image.text.quality.value}, {reason or 'no OCR words'}"[:300]
    verdict.checks += [Check(name=name, outcome="skipped", detail=why) for name in ("coverage", "invention", "numbers")]
    return verdict


def _is_blank(image: PageImage) -> bool:
    assert image.pixels is not None
    sample = image.pixels[::_BLANK_STEP, ::_BLANK_STEP].astype(np.int16)
    off = np.abs(sample - np.median(sample, axis=(0, 1))).max(axis=-1) > 40
    return bool(off.mean() < _BLANK_SHARE)


def mean_probability(output: PageOutput) -> float | None:
    """Geometric mean of the model's token probabilities; None where the engine has none."""
    if not output.token_logprobs:
        return None
    return math.exp(max(-20.0, sum(output.token_logprobs) / len(output.token_logprobs)))


def write_verdict(page: Page, verdict: Verdict, output: PageOutput) -> None:
    """Put a verdict on the page and its blocks: checks, flags, confidence."""
    page.checks += verdict.checks
    page.flags = list(dict.fromkeys((*page.flags, *verdict.flags)))
    sure = mean_probability(output)
    page.confidence = round(verdict.score * (1.0 if sure is None else sure), 4)
    for block, match in zip(page.blocks, verdict.matches, strict=True):
        if match.size and match.vouched:
            _write_match(block, match)
        elif match.size:
            block.checks.append(Check(name="on_page", outcome="skipped", detail="the witness can't see what is here"))


def _write_match(block: Block, match: BlockMatch) -> None:
    agreed = round(match.agreed, 4)
    block.confidence = agreed if block.confidence is None else min(block.confidence, agreed)
    if match.extra or match.missing:
        detail = "; ".join(
            _some(what, tokens)
            for what, tokens in (("not on the page", match.extra), ("only on the page", match.missing))
            if tokens
        )
        block.checks.append(Check(name="on_page", outcome="failed", detail=detail))
        block.flags = list(dict.fromkeys((*block.flags, "text_differs")))
