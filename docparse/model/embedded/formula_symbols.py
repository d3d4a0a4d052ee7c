"""Characters of formulas and their LaTeX."""

from __future__ import annotations

import re
import unicodedata

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu",
    "ξ": "xi", "π": "pi", "ρ": "rho", "ϱ": "varrho", "σ": "sigma", "ς": "varsigma", "τ": "tau", "υ": "upsilon",
    "φ": "phi", "ϕ": "phi", "ϖ": "varpi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta",
    "∆": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi",
    "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
_SIGNS = {
    "∑": "sum", "∏": "prod", "∫": "int", "∬": "iint", "∮": "oint", "∂": "partial", "∇": "nabla", "∞": "infty",
    "≤": "leq", "⩽": "leq", "≥": "geq", "⩾": "geq", "≠": "neq", "≈": "approx", "≡": "equiv", "≅": "cong",
    "∼": "sim", "≃": "simeq", "∝": "propto", "±": "pm", "∓": "mp", "×": "times", "÷": "div", "·": "cdot",
    "⋅": "cdot", "∘": "circ", "◦": "circ", "∗": "ast", "∈": "in", "∉": "notin", "∋": "ni", "⊂": "subset",
    "⊆": "subseteq", "⊃": "supset", "⊇": "supseteq", "∪": "cup", "∩": "cap", "∅": "emptyset", "∖": "setminus",
    "∀": "forall", "∃": "exists", "¬": "neg", "∧": "wedge", "∨": "vee", "⊕": "oplus", "⊗": "otimes", "⊥": "perp",
    "∥": "|", "‖": "|", "→": "to", "←": "leftarrow", "↔": "leftrightarrow", "⇒": "Rightarrow",
    "⇐": "Leftarrow", "⇔": "Leftrightarrow", "↦": "mapsto", "↑": "uparrow", "↓": "downarrow", "…": "ldots",
    "⋯": "cdots", "⋮": "vdots", "⋱": "ddots", "⟨": "langle", "⟩": "rangle", "⌊": "lfloor", "⌋": "rfloor",
    "⌈": "lceil", "⌉": "rceil", "ℝ": "mathbb{R}", "ℂ": "mathbb{C}", "ℕ": "mathbb{N}", "ℤ": "mathbb{Z}",
    "ℚ": "mathbb{Q}", "ℓ": "ell", "ℏ": "hbar", "ℜ": "Re", "ℑ": "Im", "ℵ": "aleph", "†": "dagger", "≪": "ll",
    "≫": "gg", "∠": "angle", "△": "triangle", "□": "square", "⊢": "vdash", "⊨": "models", "⋃": "bigcup",
    "⋂": "bigcap", "⨁": "bigoplus", "⨂": "bigotimes", "⊊": "subsetneq", "⊄": "not\\subset", "∄": "nexists",
    "≺": "prec", "≻": "succ", "⪯": "preceq", "⪰": "succeq", "⊤": "top", "⊙": "odot", "⋆": "star", "∴": "therefore",
    "∵": "because", "∭": "iiint", "⟶": "longrightarrow", "⟵": "longleftarrow", "⟹": "Longrightarrow",
    "⟺": "iff", "⟼": "longmapsto", "↪": "hookrightarrow", "⇌": "rightleftharpoons", "≲": "lesssim",
    "≳": "gtrsim", "≜": "triangleq", "≔": "coloneqq", "♯": "sharp", "♭": "flat", "⟷": "longleftrightarrow",
    "⟸": "Longleftarrow", "∐": "coprod", "⨄": "biguplus", "⋀": "bigwedge", "⋁": "bigvee", "⨀": "bigodot",
    "⊔": "sqcup", "⊓": "sqcap", "⊎": "uplus", "⊣": "dashv", "≀": "wr", "↗": "nearrow", "↘": "searrow",
    "⇀": "rightharpoonup", "⊖": "ominus", "⊘": "oslash", "⋄": "diamond", "⋈": "bowtie", "≍": "asymp", "≐": "doteq",
    "⊒": "sqsupseteq", "⊑": "sqsubseteq", "•": "bullet", "∔": "dotplus", "♠": "spadesuit", "♣": "clubsuit",
    "♡": "heartsuit", "♢": "diamondsuit", "ð": "eth", "ı": "imath", "ȷ": "jmath",
    "▽": "bigtriangledown", "♮": "natural", "℘": "wp", "⋊": "rtimes", "⋉": "ltimes", "‡": "ddagger",
    "⇑": "Uparrow", "⇓": "Downarrow", "↕": "updownarrow",
}  # fmt: skip
_PLAIN = {
    "−": "-",
    "–": "-",
    "∣": "|",
    "∶": ":",
    "％": r"\%",
    "%": r"\%",
    "#": r"\#",
    "&": r"\&",
    "{": r"\{",
    "}": r"\}",
    "\\": r"\setminus ",
    "′": "'",
    "″": "''",
    "‴": "'''",
}
_STYLES = (
    ("DOUBLE-STRUCK", "mathbb"), ("FRAKTUR", "mathfrak"), ("BLACK-LETTER", "mathfrak"), ("SCRIPT", "mathcal"),
    ("SANS-SERIF", "mathsf"), ("MONOSPACE", "mathtt"), ("BOLD", "mathbf"),
)  # fmt: skip
FUNCTIONS = frozenset(
    ("sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "log", "ln", "exp",
     "lim", "liminf", "limsup", "max", "min", "sup", "inf", "argmax", "argmin", "det",
     "dim", "ker", "gcd", "arg", "deg", "Pr", "mod")
)  # fmt: skip
BIG = frozenset("∑∏∫∬∭∮⋃⋂⨁⨂⨀⨄⋀⋁∐") | {"lim", "max", "min", "sup", "inf", "liminf", "limsup", "argmax", "argmin"}
RELATIONS = frozenset("=<>≤≥≠≈≡≅∼≃∝∈∉∋⊂⊆⊊⊃⊇→←⇒⇐⇔↔↦:≺≻⪯⪰⟶⟹⟺⟷⟵⟸⟼≔≜≪≫⊢⊨≲≳≐≍")
_ACCENTS = {
    "\u0300": "grave", "\u0301": "acute", "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "overline",
    "\u0306": "breve", "\u0307": "dot", "\u0308": "ddot", "\u030a": "mathring", "\u030c": "check",
    "\u20d7": "vec",
}  # fmt: skip
STYLED = re.compile(
    "[\U0001d400-\U0001d7ff]"
)  # letters and digits of formulas with their style, as word processors write
_LETTERLIKE = re.compile("[ℂℊℋℌℍℐℑℒℕℙℚℛℜℝℤℨℬℭℯℰℱℳℴ]")  # what Unicode had before it had whole alphabets
_KNOWN = re.compile(r"[A-Za-z0-9()\[\]|/.,;:!?+\-=<>*'\"]")
MATH_FONT = re.compile(r"CMMI|CMSY|CMEX|CMBSY|MSAM|MSBM|Math|KaTeX|STIX|Symbol|MTMI|MTSY|MTEX|Euclid|EUFM|rsfs", re.I)


def symbols(text: str) -> str | None:
    """LaTeX of the characters of a word, accents over their letters; None where one has none here."""
    parts: list[str] = []
    before = ""
    for char in text:
        whole = symbol(char)
        for piece in (char,) if whole is not None else unicodedata.normalize("NFD", char):
            accent, part = _ACCENTS.get(piece), symbol(piece)
            if accent is not None and parts:
                parts[-1] = f"\\{accent}{{{parts[-1].strip()}}}"
            elif accent is not None and len(text) > 1:
                before = accent  # drawn before its letter
            elif part is not None and before:
                parts.append(f"\\{before}{{{part.strip()}}}")
                before = ""
            elif part is not None:
                parts.append(part)
            else:
                return None
    return "".join(parts)


def symbol(char: str) -> str | None:
    """LaTeX of one character, commands with a blank behind; None when it has none here."""
    if char in _GREEK:
        return f"\\{_GREEK[char]} "
    if char in _SIGNS:
        return f"\\{_SIGNS[char]} "
    if char in _PLAIN:
        return _PLAIN[char]
    if STYLED.fullmatch(char) or _LETTERLIKE.fullmatch(char):
        return _styled(char)
    return char if _KNOWN.fullmatch(char) else None


def _styled(char: str) -> str | None:
    """𝑥 as x, 𝐱 as \\mathbf{x}: italics are what a formula's letters have anyway."""
    plain, name = symbol(unicodedata.normalize("NFKC", char)), unicodedata.name(char, "")
    command = next((command for style, command in _STYLES if style in name), None)
    if plain is None or command is None:
        return plain
    command = command if plain.isascii() and plain.isalnum() else "boldsymbol"
    return f"\\{command}{{{plain.strip()}}}"


def is_math_char(char: str) -> bool:
    return char in _GREEK or char in _SIGNS or char in "=+−<>√∣^" or STYLED.fullmatch(char) is not None
