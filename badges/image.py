"""The picture of a badge: a marigold in a ring, with the badge's name. SVG with attributes only."""

from textwrap import wrap

from django.template.loader import render_to_string

LINE = 15  # signs that fit across the ring
MOST_LINES = 3


def badge_svg(*, name, level, issuer):
    """The image of a badge, as text. The same for everybody who holds it."""
    lines = wrap(name, LINE)[:MOST_LINES]
    first = 228 - 14 * (len(lines) - 1)
    placed = [(first + 28 * number, line) for number, line in enumerate(lines)]
    return render_to_string("badges/badge.svg", {"name": name, "level": level, "issuer": issuer, "lines": placed})
