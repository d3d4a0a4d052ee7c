"""Text of a page to Markdown that renders as that text, with as few backslashes as that takes.

A sign is escaped where it would mean something to CommonMark, GFM or a reader of `$…$`, not wherever it could in some
other place: a lone `*` (a footnote mark) or `$` (a price) stays as it is.
"""

from __future__ import annotations

import html
import re

# Inline math as the model writes it: no blank inside the signs, no digit after the closing one ("$5 and $6" is money).
_MATH = re.compile(r"(?<![\\$\w])\$(?![\s$])((?:[^$\n\\]|\\.){1,400}?)(?<!\s)\$(?![\d$])")
_MATH_SIGN = re.compile(r"[\\^_{}=<>+*/|]|\A\(?[A-Za-z](?:['′]|\([A-Za-z]\)|,\s*[A-Za-z])*\)?\Z")
_ALWAYS = re.compile(r"\\(?=[!-/:-@\[-`{-~])|&(?=#?\w{1,32};)|\](?=[(:])|!(?=\[)|~~|<(?=[A-Za-z/!?])")
_BRACKET = re.compile(r"[\[\]]")
_ENTITY = re.compile(r"&#?\w{1,32};")
_DOLLAR = re.compile(r"\$")
_TICK = re.compile(r"`")
_PAIRS = (  # sign, what may open, what may close
    (re.compile(r"(?<!\s)\*|\*(?!\s)"), re.compile(r"\*+(?=[^\s*])"), re.compile(r"(?<=[^\s*])\*")),
    (
        re.compile(r"(?<![^\W_])_|_(?![^\W_])"),
        re.compile(r"(?<![^\W_])_+(?=[^\s_])"),
        re.compile(r"(?<=[^\s_])_+(?!\w)"),
    ),
)
_LINE = re.compile(
    r"^(#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|(?<=\n)=+[ \t]*$|[-_*](?=[ \t]*[-_*][-_* \t]*$)|[|:](?=[-:| \t]*-[-:| \t]*$))",
    re.M,
)
_RULE_ROW = re.compile(r"^-(?=[-:| \t]*\|[-:| \t]*$)", re.M)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)", re.M)
_LEADER = re.compile(r"(?:\s?[.·․‥…]){6,}(?!\S*://)")
_FENCE_RUN = re.compile(r"`{3,}|~{3,}")
_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")


def escape_block(text: str) -> str:
    """A paragraph's text, with `$…$` math inside, as Markdown.

    Its line breaks are kept as hard breaks; of the dots that lead from an entry to its page a few are.
    """
    lines = [_LEADER.sub(" .....", line).strip() for line in escape_spans(text).split("\n")]
    text = "\n".join(line for line in lines if line)
    text = _LINE.sub(r"\\\1", text)
    text = _RULE_ROW.sub(r"\\-", text)
    return _NUMBERED.sub(r"\1\\\2", text).replace("\n", "  \n")


def escape_line(text: str) -> str:
    """Text of a heading or of an image's label: one line."""
    escaped = escape_spans(" ".join(text.split()))
    return re.sub(r"(?<![\\#])(#+)\Z", r"\\\1", escaped)


def escape_label(text: str) -> str:
    """Text between the brackets of an image or link."""
    return "".join(part for part, _ in _split(" ".join(text.split()), _BRACKET))


def escape_cell(text: str) -> str:
    """Text of a pipe table's cell: one line, no bare pipe, not even in math."""
    parts = _split(" ".join(text.split()))
    joined = "".join(part.replace("|", r"\vert ") if is_math else part for part, is_math in parts)
    return joined.replace("|", r"\|")


def escape_spans(text: str) -> str:
    """Text with every inline meaning taken out, except `$…$` math."""
    return "".join(part for part, _ in _split(text))


def escape_latex(latex: str) -> str:
    """LaTeX for `$$…$$`: no blank line or `$$` that would end it, nothing that a reader without math takes for HTML."""
    latex = re.sub(r"\n\s*\n+", "\n", latex.strip()).replace("$$", "$ $")
    return _harmless(latex)


def fence(text: str, language: str) -> str:
    """A fenced code block whose fence is longer than any inside."""
    marks = "`" * max(3, 1 + max((len(run) for run in _FENCE_RUN.findall(text)), default=0))
    info = language if _LANGUAGE.fullmatch(language) else ""
    return f"{marks}{info}\n{text}\n{marks}"


def math_places(text: str) -> list[tuple[int, int]]:
    """Where `$…$` math stands in a text."""
    return [match.span() for match in _MATH.finditer(text) if _MATH_SIGN.search(match[1])] if "$" in text else []


def _split(text: str, *more: re.Pattern[str]) -> list[tuple[str, bool]]:
    """(Markdown, whether it is math) of the stretches of a text."""
    if not _needs_care(text):
        return [(text, False)]
    stretches: list[tuple[str, bool]] = []
    position = 0
    for match in _MATH.finditer(text):
        if _MATH_SIGN.search(match[1]):
            stretches += [(text[position : match.start()], False), (match.group(), True)]
            position = match.end()
    stretches.append((text[position:], False))
    plain = "".join(part for part, is_math in stretches if not is_math)
    signs = [_ALWAYS, *more]
    if "$" in plain and (len(stretches) > 1 or plain.count("$") > 1):
        signs.append(_DOLLAR)
    if plain.count("`") > 1:
        signs.append(_TICK)
    signs += [sign for sign, opens, closes in _PAIRS if _pairs(plain, opens, closes)]
    escape = re.compile("|".join(sign.pattern for sign in signs))
    return [
        (_harmless(part) if is_math else escape.sub(_escaped, part), is_math) for part, is_math in stretches if part
    ]


def _needs_care(text: str) -> bool:
    return any(sign in text for sign in "\\$`*_&<[]!~|")


def _pairs(text: str, opens: re.Pattern[str], closes: re.Pattern[str]) -> bool:
    first = opens.search(text)
    return first is not None and closes.search(text, first.end()) is not None


def _escaped(match: re.Match[str]) -> str:
    sign = match.group()
    if sign == "&":
        entity = _ENTITY.match(match.string, match.start())
        return sign if entity is None or html.unescape(entity.group()) == entity.group() else r"\&"
    return "&lt;" if sign == "<" else r"\~\~" if sign == "~~" else "\\" + sign


def _harmless(math: str) -> str:
    """Math that stays harmless where no math is rendered: no tag, no link, no code span."""
    math = re.sub(r"<(?=[A-Za-z/!?])", r"\\lt ", math)
    return math.replace("](", "] (").replace("]:", "] :").replace("`", "'")
