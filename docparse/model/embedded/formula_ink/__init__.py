"""A formula read from its pixels: signs by OCR, their places from the ink, then LaTeX as from a text layer.

A recogniser of lines knows no levels: x² reads "x2". So the bars of fractions, roots and the limits of sums are found
first and what stands over, under and in them is read on its own; then every sign is laid on the ink it was read from,
whose height and level say whether it is an index. Where signs and ink don't fit one to one there is no LaTeX.
"""

from docparse.model.embedded.formula_ink.read import Reading, read_formula

__all__ = ["Reading", "read_formula"]
