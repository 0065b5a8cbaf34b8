"""Icons, level glyphs and bars: small pieces of SVG that need no inline style."""

from django import template
from django.utils.html import format_html

register = template.Library()

ICONS = frozenset(
    "check warn doc up down left right cal clock flag mail people help menu plus find print".split()
)  # the symbols `i-…` of templates/_sprite.html


@register.simple_tag
def icon(name):
    """One icon of the sprite; it always stands beside its word. Raises: ValueError, for a name the sprite lacks."""
    if name not in ICONS:
        raise ValueError(f"There is no icon “{name}”. Known: {', '.join(sorted(ICONS))}.")
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def level_glyph(rank, count):
    """The ring of a rubric level: empty for rank 1, full for rank `count`, quarters between."""
    quarters = round(4 * (rank - 1) / (count - 1))
    return format_html('<svg class="g" aria-hidden="true"><use href="#level-{}"/></svg>', quarters)


@register.simple_tag
def mark():
    """The marigold that stands before the name of the site."""
    return format_html('<svg aria-hidden="true"><use href="#{}"/></svg>', "mari")


@register.simple_tag
def bar(value, of):
    """A bar `value` of `of` long, for a `.track` whose row says the number in words."""
    share = 100 * min(value / of, 1) if of else 0
    return format_html('<svg class="b" width="{}%" height="20" aria-hidden="true"></svg>', f"{share:.1f}")


@register.filter
def shade(value, of):
    """The step, 0 to 4, that tints a cell of a heat map: `<td class="h{{ done|shade:enrolled }}">`."""
    return min(int(5 * value / of), 4) if of else 0
