"""Editions as files that people can read: into the database, out of it, and on to the next term.

Everything passes through one plain form, the nested dictionary that `describe` makes of an edition: files are read into
it and written from it, the database is filled from it, a page changes one part of it, a clone is stored from it, and an
award keeps it as it was.
"""

from .archive import pack, unpack
from .beginning import begin, free_slug
from .bringing import Brought
from .comparing import differences
from .describing import describe
from .editing import Clash, change, move, remove, replace, seen
from .folders import export, load, load_all
from .gaps import awaited, gaps, rows_of
from .reading import EditionFault, read
from .storing import store
from .succession import clone, follow_with, freeze

__all__ = [
    "Brought",
    "Clash",
    "EditionFault",
    "awaited",
    "begin",
    "change",
    "clone",
    "describe",
    "differences",
    "export",
    "follow_with",
    "freeze",
    "free_slug",
    "gaps",
    "load",
    "load_all",
    "move",
    "pack",
    "read",
    "remove",
    "replace",
    "rows_of",
    "seen",
    "store",
    "unpack",
]
