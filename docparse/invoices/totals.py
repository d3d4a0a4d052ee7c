"""The sums of an invoice: of all candidates, the combination that its own arithmetic bears out."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from docparse.invoices.amounts import Candidate, TaxRow
from docparse.invoices.reading import Draft, Reading
from docparse.invoices.text import Span

_ZERO = Decimal(0)
_CENT = Decimal("0.011")
_PLAIN = 3.5  # score of an amount right beside its own label
_MOST = 7  # candidates of one kind that are tried


@dataclass(frozen=True, slots=True)
class Sum:
    """A value one total may take; `reading` None when it only follows from others."""

    value: Decimal
    score: float
    reading: Reading | None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """A combination of net, tax and gross, and how well it is borne out."""

    net: Sum | None
    tax: Sum | None
    gross: Sum | None
    score: float


def close(a: Decimal, b: Decimal, tolerance: Decimal = _CENT) -> bool:
    return abs(a - b) <= tolerance


def options(candidates: Sequence[Candidate], kind: str) -> list[Sum]:
    """The distinct values of one kind, the likeliest first; one that is printed twice counts more."""
    found: dict[Decimal, Sum] = {}
    for candidate in candidates:
        if candidate.kind != kind:
            continue
        for rank, value in enumerate((candidate.value, *candidate.others)):
            score = candidate.score - 1.5 * rank
            known = found.get(value)
            if known is None:
                found[value] = Sum(value, score, _reading(candidate, value), candidate.rate)
            else:
                rate = known.rate if known.rate is not None else candidate.rate
                better = known if known.score >= score else Sum(value, score, _reading(candidate, value), rate)
                found[value] = Sum(value, max(known.score, score) + 0.3, better.reading, rate)
    return sorted(found.values(), key=lambda option: -option.score)[:_MOST]


def _reading(candidate: Candidate, value: Decimal) -> Reading:
    return Reading.at(value, candidate.span, candidate.score)


def solve(
    candidates: Sequence[Candidate],
    tax_rows: Sequence[TaxRow],
    lines_sum: Decimal | None,
    money: Mapping[Decimal, Span],
    draft: Draft,
) -> None:
    """Put net, tax, gross and the sums around them into the draft. `money` are all amounts of the pages."""
    taxes = _tax_table(tax_rows, candidates)
    solution = _best(candidates, taxes, lines_sum)
    for path, chosen in (("net", solution.net), ("tax", solution.tax), ("gross", solution.gross)):
        printed = chosen or next((option for option in options(candidates, path) if option.score >= _PLAIN), None)
        if printed is not None and printed.reading is not None:
            draft.put(path, printed.reading)  # one that fits nothing is still what the page says: the rules flag it
    _put_taxes(taxes, solution, candidates, draft)
    _complete(draft)
    _around(candidates, lines_sum, money, draft)


def _tax_table(rows: Sequence[TaxRow], candidates: Sequence[Candidate]) -> list[TaxRow]:
    """One row a rate: a table that is printed twice, or its sum row, counts once."""
    found: dict[Decimal, TaxRow] = {}
    for row in rows:
        known = found.get(row.rate)
        if known is None or ((known.basis, known.tax) != (row.basis, row.tax) and abs(row.basis) > abs(known.basis)):
            found[row.rate] = row
    return list(found.values())


def _best(candidates: Sequence[Candidate], taxes: Sequence[TaxRow], lines_sum: Decimal | None) -> Solution:
    nets, tax_sums, grosses = (options(candidates, kind) for kind in ("net", "tax", "gross"))
    dues = options(candidates, "amount_due")
    subtotals = options(candidates, "line_total")
    nets = _with_more(nets, subtotals, 1.2)
    grosses = _with_more(grosses, dues, 1.0)
    nets, tax_sums = _from_table(nets, tax_sums, taxes)
    tax_sums = [*tax_sums, *_sum_of_rates(candidates)]
    best = Solution(None, None, None, float("-inf"))
    for net, tax, gross in itertools.product((*nets, None), (*tax_sums, None), (*grosses, None)):
        score = _judge(net, tax, gross, taxes, lines_sum)
        if score > best.score:
            best = Solution(net, tax, gross, score)
    return best


def _with_more(sums: list[Sum], more: list[Sum], less: float) -> list[Sum]:
    known = {option.value for option in sums}
    return sums + [Sum(s.value, s.score - less, s.reading, s.rate) for s in more if s.value not in known]


def _from_table(nets: list[Sum], taxes: list[Sum], rows: Sequence[TaxRow]) -> tuple[list[Sum], list[Sum]]:
    """The sums over the rows of the tax table, read from the only row or reckoned from several."""
    if not rows:
        return nets, taxes
    basis, tax = sum((row.basis for row in rows), _ZERO), sum((row.tax for row in rows), _ZERO)
    spans_basis = tuple(row.spans[1] for row in rows)
    spans_tax = tuple(row.spans[2] for row in rows)
    if basis not in {s.value for s in nets}:
        nets = [*nets, Sum(basis, 2.0, Reading(basis, spans_basis, 2.0))]
    if tax not in {s.value for s in taxes}:
        taxes = [*taxes, Sum(tax, 2.0, Reading(tax, spans_tax, 2.0))]
    return nets, taxes


def _sum_of_rates(candidates: Sequence[Candidate]) -> list[Sum]:
    """The tax as the sum of its rates, where every rate has a row of its own and no row adds them up."""
    by_rate: dict[Decimal, Candidate] = {}
    for candidate in candidates:
        if candidate.kind == "tax" and candidate.rate is not None:
            known = by_rate.get(candidate.rate)
            if known is None or candidate.score > known.score:
                by_rate[candidate.rate] = candidate
    if len(by_rate) < 2:
        return []
    total = sum((candidate.value for candidate in by_rate.values()), _ZERO)
    score = min(candidate.score for candidate in by_rate.values()) - 0.2
    return [Sum(total, score, Reading(total, tuple(c.span for c in by_rate.values()), score))]


def _judge(net: Sum | None, tax: Sum | None, gross: Sum | None, rows: Sequence[TaxRow], lines: Decimal | None) -> float:
    """How well a combination holds: labels, net + tax = gross, the tax table, the positions."""
    chosen = [option for option in (net, tax, gross) if option is not None]
    score = sum(option.score for option in chosen)
    if net and tax and gross:
        if close(net.value + tax.value, gross.value):
            score += 6.0
        elif close(abs(net.value) + abs(tax.value), abs(gross.value)):
            score += 4.0
        else:
            score -= 7.0
        if tax.value == 0 and net.value != gross.value:
            score -= 3.0
    elif (net and gross and abs(gross.value) < abs(net.value) - _CENT) or (
        tax and gross and abs(tax.value) >= abs(gross.value) > 0
    ):
        score -= 6.0
    if net and tax and net.value and not _plausible(net.value, tax.value):
        score -= 5.0
    if rows:
        basis, amount = sum((r.basis for r in rows), _ZERO), sum((r.tax for r in rows), _ZERO)
        score += 1.5 if net and close(net.value, basis) else 0.0
        score += 1.5 if tax and close(tax.value, amount) else 0.0
    if lines is not None:
        score += 1.5 if net and close(net.value, lines) else 0.0
        score += 0.8 if gross and close(gross.value, lines) else 0.0
    if tax and tax.rate is not None and net and close(net.value * tax.rate / 100, tax.value, Decimal("0.02")):
        score += 1.0
    return score


def _contradictory(net: Sum | None, tax: Sum | None, gross: Sum | None) -> bool:
    """A total below its own parts."""
    if gross is None:
        return False
    below_net = net is not None and abs(gross.value) < abs(net.value) - _CENT
    return below_net or (tax is not None and abs(tax.value) >= abs(gross.value) > 0)


def _plausible(net: Decimal, tax: Decimal) -> bool:
    return _ZERO <= abs(tax) <= abs(net) * Decimal("0.4") + _CENT


def _put_taxes(rows: Sequence[TaxRow], solution: Solution, candidates: Sequence[Candidate], draft: Draft) -> None:
    """The taxes by rate, from the table or from a single labelled amount with its rate."""
    place = 0
    for row in rows:
        for key, value, span in zip(
            ("rate", "basis", "amount"), (row.rate, row.basis, row.tax), row.spans, strict=True
        ):
            draft.put(f"taxes[{place}].{key}", Reading.at(value, span, 3.0))
        place += 1
    if rows:
        return
    total = solution.tax.value if solution.tax else None
    parts = [c for c in candidates if c.kind == "tax" and c.rate is not None and c.score > 1.5]
    distinct = {(c.rate, c.value): c for c in sorted(parts, key=lambda part: part.score)}
    chosen = [c for c in distinct.values() if total is not None and close(c.value, total)]
    if not chosen and total is not None and close(sum((c.value for c in distinct.values()), _ZERO), total):
        chosen = list(distinct.values())
    for candidate in chosen[:1] if len({c.rate for c in chosen}) == 1 else chosen:
        draft.put(
            f"taxes[{place}].rate", Reading(candidate.rate, (candidate.row.span(0, len(candidate.row.tokens)),), 2.0)
        )
        draft.put(f"taxes[{place}].amount", candidate.reading())
        if len(chosen) == 1 and solution.net is not None and solution.net.reading is not None:
            draft.put(f"taxes[{place}].basis", solution.net.reading)
        place += 1


def _complete(draft: Draft) -> None:
    """What is not printed but follows: flagged, and without a place."""
    net, tax, gross = (draft.value(path) for path in ("net", "tax", "gross"))
    if net is not None and gross is not None and tax is None and gross >= net:
        _follows(draft, "tax", gross - net, "gross - net")
    elif net is not None and tax is not None and gross is None:
        _follows(draft, "gross", net + tax, "net + tax")
    elif gross is not None and tax is not None and net is None:
        _follows(draft, "net", gross - tax, "gross - tax")


def _follows(draft: Draft, path: str, value: Decimal, how: str) -> None:
    draft.put(path, Reading(value, (), 0.5, note=how))
    draft.flag(path, "derived", f"not printed; {how}")


def _differences(gross: Decimal, dues: Sequence[Sum], money: Mapping[Decimal, Span]) -> list[Sum]:
    """Amounts that are just what lies between the total and what is due, whatever they are called."""
    found = []
    for due in dues:
        for value in (gross - due.value, due.value - gross):
            if value in money and value != 0:
                found.append(Sum(value, 0.5, Reading.at(value, money[value], 0.5)))
    return found


def _around(
    candidates: Sequence[Candidate], lines_sum: Decimal | None, money: Mapping[Decimal, Span], draft: Draft
) -> None:
    """Sum of the positions, allowances and charges before the net; what is paid and due after the gross."""
    net, gross = draft.value("net"), draft.value("gross")
    subtotals = options(candidates, "line_total")
    allowances, charges = options(candidates, "allowance_total"), options(candidates, "charge_total")
    _before_net(net, subtotals, allowances, charges, lines_sum, draft)
    prepaids, dues = options(candidates, "prepaid"), options(candidates, "amount_due")
    if gross is not None and dues and not any(close(abs(gross), abs(due.value)) for due in dues):
        prepaids += _differences(gross, dues, money)
    _after_gross(gross, prepaids, dues, draft)


def _before_net(
    net: Decimal | None,
    subtotals: list[Sum],
    allowances: list[Sum],
    charges: list[Sum],
    lines: Decimal | None,
    draft: Draft,
) -> None:
    best: tuple[float, tuple[Sum | None, Sum | None, Sum | None]] = (float("-inf"), (None, None, None))
    for combo in itertools.product((*subtotals, None), (*allowances[:4], None), (*charges[:4], None)):
        subtotal, allowance, charge = combo
        base = subtotal.value if subtotal else lines if lines is not None else net
        score = sum((0.3 * option.score for option in combo if option is not None), 0.0)
        if net is not None and base is not None:
            result = base - abs(allowance.value if allowance else _ZERO) + abs(charge.value if charge else _ZERO)
            score += 4.0 if close(abs(result), abs(net)) or close(result, net) else -4.0
        if subtotal and lines is not None:
            score += 1.5 if close(subtotal.value, lines) else -0.5
        if score > best[0]:
            best = (score, combo)
    subtotal, allowance, charge = best[1]
    if subtotal and subtotal.reading:
        draft.put("line_total", subtotal.reading)
    if allowance and allowance.reading:
        draft.put("allowance_total", _absolute(allowance.reading))
    if charge and charge.reading:
        draft.put("charge_total", _absolute(charge.reading))
    if subtotal is None and net is not None and not allowance and not charge:
        known = draft.fields.get("net")
        if known is not None and (lines is None or close(abs(lines), abs(net))):
            draft.put("line_total", Reading(net, known.spans, 1.0, note="no allowances or charges are printed"))


def _after_gross(gross: Decimal | None, prepaids: list[Sum], dues: list[Sum], draft: Draft) -> None:
    best: tuple[float, tuple[Sum | None, Sum | None]] = (float("-inf"), (None, None))
    for paid, due in itertools.product((*prepaids, None), (*dues, None)):
        score = sum((0.3 * option.score for option in (paid, due) if option is not None), 0.0)
        if gross is not None and due is not None:
            rest = abs(gross) - abs(paid.value) if paid else abs(gross)
            more = gross - paid.value if paid else gross
            score += 3.0 if close(rest, abs(due.value)) or close(more, due.value) else -1.0
            if paid and close(abs(gross) + abs(paid.value), abs(due.value)):
                score += 2.5
        if score > best[0]:
            best = (score, (paid, due))
    paid, due = best[1]
    if paid and paid.reading:
        draft.put("prepaid", paid.reading)
    if due and due.reading:
        draft.put("amount_due", due.reading)
    elif gross is not None and "gross" in draft.fields and (paid is None or paid.value == 0):
        draft.put("amount_due", Reading(gross, draft.fields["gross"].spans, 1.0, note="nothing prepaid is printed"))
    elif gross is not None and paid is not None:
        _follows(draft, "amount_due", gross - abs(paid.value), "gross - prepaid")


def _absolute(reading: Reading) -> Reading:
    return Reading(abs(reading.value), reading.spans, reading.score)
