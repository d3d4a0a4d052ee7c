"""Sources that are drawn from a stock with their parts exchanged: program listings."""

from __future__ import annotations

import random

_NAMES = ("count", "total", "items", "result", "values", "index", "buffer", "weight", "score", "limit", "queue", "node")
_VERBS = ("load", "merge", "find", "update", "scale", "filter", "reduce", "parse", "build", "check")
_LISTINGS = (
    (
        "python",
        "def {verb}_{a}({b}, {c}={n}):\n    {a} = []\n    for row in {b}:\n        if row > {c}:\n"
        "            {a}.append(row * {m})\n    return {a}",
    ),
    (
        "python",
        "class {A}:\n    def __init__(self, {b}):\n        self.{b} = {b}\n\n    def {verb}(self):\n"
        "        return sum(self.{b}) / max(1, len(self.{b}) - {n})",
    ),
    (
        "c",
        "int {verb}_{a}(const int *{b}, size_t n) {{\n    int {c} = {n};\n    for (size_t i = 0; i < n; i++) {{\n"
        "        {c} += {b}[i] & 0x{m:02x};\n    }}\n    return {c};\n}}",
    ),
    (
        "javascript",
        "function {verb}({b}) {{\n  const {a} = {b}.filter(x => x >= {n});\n  return {a}.map(x => x * {m});\n}}",
    ),
    ("sql", "SELECT {a}, COUNT(*) AS {b}\nFROM {c}\nWHERE {a} > {n}\nGROUP BY {a}\nORDER BY {b} DESC\nLIMIT {m};"),
    ("bash", 'for {a} in "$@"; do\n  {verb} "${a}" | head -n {n} > "${{{a}%.txt}}.out"\ndone'),
    ("json", '{{\n  "{a}": {n},\n  "{b}": [{m}, {n}],\n  "{c}": {{"{verb}": true}}\n}}'),
)


def code_sample(rng: random.Random) -> tuple[str, str]:
    """(language, text) of a short listing."""
    language, template = rng.choice(_LISTINGS)
    a, b, c = rng.sample(_NAMES, 3)
    values = {"a": a, "b": b, "c": c, "A": a.title(), "verb": rng.choice(_VERBS)}
    return language, template.format(**values, n=rng.randint(1, 40), m=rng.randint(2, 16))
