"""Text of a page to Markdown that renders as that text, with as few backslashes as that takes."""

from __future__ import annotations

import re

# Inline math as the model writes it: no blank inside the signs, no digit after the closing one ("$5 and $6" is money).
_MATH = re.compile(r"(?<![\\$\w])\$(?![\s$])(?:[^$\n\\]|\\.){1,400}?(?<![\s\\])\$(?![\d$])")
_MATH_SIGN = re.compile(r"[\\^_{}=<>+*/]|\A[A-Za-z](?:['′]|\([A-Za-z]\))?\Z")
_INLINE = re.compile(r"\\(?=[!-/:-@\[-`{-~])|[`<]|&(?=#?\w{1,32};)|(?<![\w\s])_|_(?!\w)|(?<!\w)_(?=\w)|\*(?!\s)|(?<=\S)\*|\[(?=[^\]]*\]\s*[(\[:])|!(?=\[)|~~|\$")
_LINE = re.compile(r"^([ \t]*)(#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|={1,}[ \t]*$|-{2,}[ \t]*$|\|)", re.MULTILINE)
_NUMBERED = re.compile(r"^([ \t]*\d{1,9})([.)])(?=\s|$)", re.MULTILINE)
_AUTOLINK = re.compile(r"(?i)\b(https?|ftp|javascript|data|vbscript|file)(:)(?=\S)")
_FENCE_RUN = re.compile(r"`{3,}|~{3,}")
_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")


def escape_block(text: str, *, heading: bool = False, label: bool = False) -> str:
    """A paragraph's text (with `$…$` math inside) as Markdown; `label` is the text of a link or image."""
    parts: list[str] = []
    position = 0
    for match in _MATH.finditer(text):
        if _MATH_SIGN.search(match.group()[1:-1]):
            parts += [_inline(text[position : match.start()]), _math(match.group())]
            position = match.end()
    parts.append(_inline(text[position:]))
    escaped = "".join(parts)
    if label:
        return re.sub(r"(?<!\\)([\[\]])", r"\\\1", escaped)
    if heading:
        return re.sub(r"(#+)[ \t]*$", r"\\\1", escaped)
    lines = "\n".join(line.strip() for line in escaped.split("\n") if line.strip())
    lines = _LINE.sub(r"\1\\\2", lines)
    return _NUMBERED.sub(r"\1\\\2", lines)


def _inline(text: str) -> str:
    return _INLINE.sub(lambda match: "\\" + match.group(), text)


def _math(text: str) -> str:
    """Inline math; a `<` in it could open a tag for a reader that knows no math."""
    return text.replace("<", r"\lt ").replace("`", "'")


def escape_cell(text: str) -> str:
    """Text of a pipe table's cell."""
    escaped = escape_block(" ".join(text.split()), label=False) if text else ""
    escaped = re.sub(r"(?<!\\)\|", r"\\|", escaped)
    return re.sub(r"^\\(?=[-+#>=])", "", escaped) if not escaped.startswith("\\|") else escaped


def fence(text: str, language: str) -> str:
    """A fenced code block whose fence is longer than any inside."""
    longest = max((len(run) for run in _FENCE_RUN.findall(text)), default=2)
    marks = "`" * max(3, longest + 1)
    info = language if _LANGUAGE.fullmatch(language) else ""
    return f"{marks}{info}\n{text}\n{marks}"
