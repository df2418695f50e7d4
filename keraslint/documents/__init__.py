"""Paths enter, documents leave: plain Python source, whatever the file was, or the reason why not."""

from keraslint.documents.discovery import EXCLUDED, SUFFIXES, Policy, discover
from keraslint.documents.ignore import Exclusion
from keraslint.documents.model import Cell, Document, Failure
from keraslint.documents.reading import NOTEBOOK, Reader, decode, decode_module, read_bytes

__all__ = [
    "EXCLUDED", "NOTEBOOK", "SUFFIXES", "Cell", "Document", "Exclusion", "Failure", "Policy", "Reader",
    "decode", "decode_module", "discover", "read_bytes",
]  # fmt: skip
