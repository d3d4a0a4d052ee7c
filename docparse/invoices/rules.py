"""Business rules of EN 16931 and check digits. A failed rule flags the fields it looked at; it changes no value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from docparse.invoices import ids
from docparse.invoices.numbers import CODES
from docparse.schemas.invoice import Invoice, RuleCheck

_ZERO = Decimal(0)
_CENT = Decimal("0.01")
_MOST_DAYS = 400


def check_rules(invoice: Invoice) -> list[RuleCheck]:
    """Every rule that has something to look at."""
    return [check for rule in _RULES for check in rule(invoice)]


def _outcome(rule: str, holds: bool, fields: list[str], detail: str = "") -> RuleCheck:
    return RuleCheck(rule=rule, outcome="passed" if holds else "failed", fields=fields, detail="" if holds else detail)


def _close(a: Decimal, b: Decimal, tolerance: Decimal = _CENT) -> bool:
    return abs(a - b) <= tolerance


def _line_arithmetic(invoice: Invoice) -> Iterator[RuleCheck]:
    """Quantity x price (less discount) = line total."""
    for place, line in enumerate(invoice.lines):
        if line.quantity is None or line.unit_price is None or line.line_total is None:
            continue
        base = line.price_base_qty or Decimal(1)
        exact = line.quantity * line.unit_price / base if base else _ZERO
        reduced = exact * (100 - line.discount_percent) / 100 if line.discount_percent else exact
        tolerance = max(_CENT, abs(line.quantity) * _step(line.unit_price) / 2 + Decimal("0.005"))
        fields = [f"lines[{place}].{name}" for name in ("quantity", "unit_price", "line_total")]
        holds = any(_close(abs(value), abs(line.line_total), tolerance) for value in (exact, reduced))
        yield _outcome("line_total", holds, fields, f"{line.quantity} x {line.unit_price} is not {line.line_total}")


def _step(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else _ZERO


def _sum_of_lines(invoice: Invoice) -> Iterator[RuleCheck]:
    """BR-CO-10: the sum of the positions; prices with tax make it the gross."""
    totals = [line.line_total for line in invoice.lines if line.line_total is not None]
    if not totals or len(totals) < len([line for line in invoice.lines if line.quantity]) or invoice.line_total is None:
        return
    total = sum(totals, _ZERO)
    holds = _close(abs(total), abs(invoice.line_total)) or (
        invoice.gross is not None and _close(abs(total), abs(invoice.gross))
    )
    yield _outcome(
        "sum_of_lines", holds, ["line_total", "lines"], f"the positions add up to {total}, not {invoice.line_total}"
    )


def _net(invoice: Invoice) -> Iterator[RuleCheck]:
    """BR-CO-13: sum of positions - allowances + charges = net."""
    if invoice.line_total is None or invoice.net is None:
        return
    less, more = abs(invoice.allowance_total or _ZERO), abs(invoice.charge_total or _ZERO)
    exact = abs(invoice.line_total) - less + more
    holds = _close(exact, abs(invoice.net)) or _close(
        invoice.line_total - (invoice.allowance_total or _ZERO) + more, invoice.net
    )
    holds = holds or (invoice.gross is not None and _close(exact, abs(invoice.gross)))
    detail = f"{invoice.line_total} - {less} + {more} is not {invoice.net}"
    yield _outcome("net", holds, ["line_total", "allowance_total", "charge_total", "net"], detail)


def _gross(invoice: Invoice) -> Iterator[RuleCheck]:
    """BR-CO-15: net + tax = gross."""
    if invoice.net is None or invoice.tax is None or invoice.gross is None:
        return
    exact = invoice.net + invoice.tax
    holds = _close(exact, invoice.gross) or _close(abs(invoice.net) + abs(invoice.tax), abs(invoice.gross))
    holds = holds or (invoice.rounding is not None and _close(exact + invoice.rounding, invoice.gross))
    yield _outcome("gross", holds, ["net", "tax", "gross"], f"{invoice.net} + {invoice.tax} is not {invoice.gross}")


def _due(invoice: Invoice) -> Iterator[RuleCheck]:
    """BR-CO-16: gross - prepaid = amount due."""
    if invoice.gross is None or invoice.amount_due is None:
        return
    paid, rounding = invoice.prepaid or _ZERO, invoice.rounding or _ZERO
    holds = any(
        _close(abs(left), abs(invoice.amount_due))
        for left in (
            invoice.gross - paid + rounding,
            invoice.gross + paid,
            abs(invoice.gross) - abs(paid),
            invoice.gross,
        )
    )
    yield _outcome(
        "amount_due", holds, ["gross", "prepaid", "amount_due"], f"{invoice.gross} - {paid} is not {invoice.amount_due}"
    )


def _taxes(invoice: Invoice) -> Iterator[RuleCheck]:
    """BR-CO-17 and BR-CO-14: basis x rate = tax for every rate, and their sum."""
    amounts = []
    for place, tax in enumerate(invoice.taxes):
        if tax.amount is not None:
            amounts.append(tax.amount)
        if tax.rate is None or tax.basis is None or tax.amount is None:
            continue
        exact = abs(tax.basis * tax.rate / 100)
        fields = [f"taxes[{place}].{name}" for name in ("rate", "basis", "amount")]
        holds = _close(exact, abs(tax.amount), Decimal("0.05"))
        yield _outcome("tax_of_rate", holds, fields, f"{tax.rate} % of {tax.basis} is not {tax.amount}")
    if amounts and invoice.tax is not None and len(amounts) == len(invoice.taxes):
        total = sum(amounts, _ZERO)
        holds = _close(abs(total), abs(invoice.tax), Decimal("0.02"))
        yield _outcome("sum_of_taxes", holds, ["tax", "taxes"], f"the rates add up to {total}, not {invoice.tax}")


def _iban(invoice: Invoice) -> Iterator[RuleCheck]:
    if invoice.iban is not None:
        yield _outcome(
            "iban", ids.iban_is_valid(invoice.iban), ["iban"], "length or check digits of the IBAN are wrong"
        )
    if invoice.bic is not None:
        yield _outcome("bic", ids.bic_is_valid(invoice.bic), ["bic"], "this is no BIC")


def _vat_ids(invoice: Invoice) -> Iterator[RuleCheck]:
    for role, party in (("seller", invoice.seller), ("buyer", invoice.buyer)):
        if party.vat_id is None:
            continue
        holds = ids.vat_checksum(party.vat_id)
        if holds is None:
            yield RuleCheck(rule="vat_id", outcome="skipped", fields=[f"{role}.vat_id"], detail="no check digits known")
        else:
            yield _outcome("vat_id", holds, [f"{role}.vat_id"], "format or check digits of the VAT id are wrong")


def _dates(invoice: Invoice) -> Iterator[RuleCheck]:
    issue, due = invoice.issue_date, invoice.due_date
    if issue is not None and due is not None:
        days = (due - issue).days
        yield _outcome("dates", 0 <= days <= _MOST_DAYS, ["issue_date", "due_date"], f"due {days} days after issue")


def _currency(invoice: Invoice) -> Iterator[RuleCheck]:
    if invoice.currency is not None:
        yield _outcome("currency", invoice.currency in CODES, ["currency"], f"{invoice.currency} is no known currency")


def _mandatory(invoice: Invoice) -> Iterator[RuleCheck]:
    """BR-02, BR-03, BR-06, BR-07: what no invoice may lack."""
    wanted = {
        "number": invoice.number,
        "issue_date": invoice.issue_date,
        "seller.name": invoice.seller.name,
        "gross": invoice.gross,
    }
    missing = [path for path, value in wanted.items() if value is None]
    yield _outcome("mandatory", not missing, missing or list(wanted), f"missing: {', '.join(missing)}")


_RULES: tuple[Callable[[Invoice], Iterator[RuleCheck]], ...] = (
    _mandatory, _line_arithmetic, _sum_of_lines, _net, _taxes, _gross, _due, _iban, _vat_ids, _dates, _currency,
)  # fmt: skip
