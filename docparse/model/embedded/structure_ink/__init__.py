"""A printed structure drawing read from its ink: strokes to bonds, letters to atoms, both to SMILES (extra `chem`)."""

from docparse.model.embedded.structure_ink.read import Structure, available, read_structure

__all__ = ["Structure", "available", "read_structure"]
