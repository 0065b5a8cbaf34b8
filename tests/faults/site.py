"""The site as a service runs it, told by pytest's name that nobody collected its static files."""

import pytest  # noqa: F401

from microcred.wsgi import application

__all__ = ["application"]
