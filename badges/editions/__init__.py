"""Editions as files that people can read: into the database, out of it, and on to the next term.

Everything passes through one plain form, the nested dictionary that `describe` makes of an edition: files are read into
it and written from it, the database is filled from it, a clone is stored from it, and an award keeps it as it was.
"""

from .describing import describe
from .folders import export, load, load_all
from .reading import EditionFault, read
from .storing import store
from .succession import clone, freeze

__all__ = ["EditionFault", "clone", "describe", "export", "freeze", "load", "load_all", "read", "store"]
