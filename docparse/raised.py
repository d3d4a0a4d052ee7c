"""Exponents, indices and marks as Unicode's raised and lowered signs: 10⁻³, CO₂, Smith¹.

Flat they read as something else ("10-3", "Smith1"); the signs survive every export, and NFKC makes plain ones of them.
"""

from __future__ import annotations

RAISED_DIGITS, _LOWERED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"
RAISED_LETTERS = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
_RAISED = dict(
    zip("0123456789+=()abcdefghijklmnoprstuvwxyzβγδθ", RAISED_DIGITS + "⁺⁼⁽⁾" + RAISED_LETTERS + "ᵝᵞᵟᶿ", strict=True)
)
_LOWERED = dict(
    zip("0123456789+=()aehijklmnoprstuvxβγρφχ", _LOWERED_DIGITS + "₊₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True)
)
_STROKES = "-−–‐"
_BETWEEN = frozenset(",.–;:/*†‡§¶#∗′″°" + _STROKES)  # stand among raised signs and have no raised form or need none
_MOST_LETTERS = 2  # a longer word ("max", "eff") reads better as it is
_FLAT = str.maketrans(
    {sign: plain for signs in (_RAISED, _LOWERED) for plain, sign in signs.items()} | {"⁻": "-", "₋": "-"}
)


def raised(text: str) -> str:
    """The text in raised signs; as it is where a character of it has none, or where it is a word."""
    return _shifted(text, _RAISED, "⁻")


def lowered(text: str) -> str:
    """The text in lowered signs; as it is where a character of it has none, or where it is a word."""
    return _shifted(text, _LOWERED, "₋")


def flat(text: str) -> str:
    """The text with plain letters and digits for raised and lowered ones."""
    return text if text.isascii() else text.translate(_FLAT)


def without_marks(text: str) -> str:
    """A number or word without the raised digits behind it that lead to a note."""
    return text if text.isascii() else text.rstrip(RAISED_DIGITS)


def _shifted(text: str, signs: dict[str, str], minus: str) -> str:
    if sum(map(str.isalpha, text)) > _MOST_LETTERS:
        return text
    parts = [
        signs.get(char) or (minus if _is_minus(text, place) else char if char in _BETWEEN else "")
        for place, char in enumerate(text)
    ]
    return "".join(parts) if all(parts) else text


def _is_minus(text: str, place: int) -> bool:
    """Whether a stroke is a minus sign, and not one between two numbers ("3-5") or a dash."""
    char = text[place]
    return char == "−" or (not place and char in _STROKES) or (char == "-" and text[place - 1 : place].isalpha())
