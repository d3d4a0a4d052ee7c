"""What a person corrected, applied to a result: `apply` is pure, the result stays as it was read."""

from docparse.corrections.apply import Recrop, apply, fingerprint, touched_pages
from docparse.corrections.files import (
    corrected_file,
    corrections_beside,
    load_corrections,
    load_document,
    save_corrections,
)

__all__ = [
    "Recrop",
    "apply",
    "corrected_file",
    "corrections_beside",
    "fingerprint",
    "load_corrections",
    "load_document",
    "save_corrections",
    "touched_pages",
]
