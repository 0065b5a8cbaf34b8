"""The small pieces of SVG, and the forms as a person gets them."""

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string

from microcred.templatetags import ui

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATIC = Path(settings.BASE_DIR) / "static"


class Name(forms.Form):
    name = forms.CharField(
        label="Name on your badge", help_text="As on the certificate.", error_messages={"required": "Write your name."}
    )
    visible = forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect, label="Public")
    why = forms.CharField(required=False)


def drawn(source, **context):
    return Template(source).render(Context(context))


def test_an_icon_is_hidden_from_those_who_listen():
    assert drawn('{% icon "check" %}') == '<svg class="i" aria-hidden="true"><use href="#i-check"/></svg>'


def test_a_misspelt_icon_is_noticed():
    with pytest.raises(ValueError, match="There is no icon “chek”"):
        ui.icon("chek")


def test_the_sprite_holds_exactly_the_icons_that_can_be_asked_for():
    sprite = render_to_string("_sprite.html")

    assert set(re.findall(r'id="i-(\w+)"', sprite)) == ui.ICONS


@pytest.mark.parametrize(
    ("count", "quarters"),
    [(2, [0, 4]), (3, [0, 2, 4]), (4, [0, 1, 3, 4]), (5, [0, 1, 2, 3, 4])],
)
def test_a_level_glyph_fills_with_the_level(count, quarters):
    glyphs = [ui.level_glyph(rank, count) for rank in range(1, count + 1)]

    assert [int(re.search(r"#level-(\d)", glyph)[1]) for glyph in glyphs] == quarters


@pytest.mark.parametrize(("value", "of", "width"), [(0, 42, "0.0"), (21, 42, "50.0"), (50, 42, "100.0"), (3, 0, "0.0")])
def test_a_bar_is_as_long_as_its_share(value, of, width):
    assert f'width="{width}%"' in drawn("{% bar value of %}", value=value, of=of)


@pytest.mark.parametrize(("value", "step"), [(0, 0), (8, 0), (9, 1), (17, 2), (26, 3), (34, 4), (42, 4)])
def test_the_shade_follows_the_steps_of_the_design(value, step):
    assert ui.shade(value, 42) == step


def test_an_error_stands_above_its_field_and_in_the_summary():
    page = str(Name({"why": ""}))

    assert page.count("There is a problem") == 1
    assert '<a href="#id_name">Name on your badge: Write your name.</a>' in page
    assert page.index('id="id_name_error"') < page.index('<input type="text" name="name"')
    assert '<span class="vh">Error: </span>Write your name.' in page


def test_the_summary_leads_to_the_first_choice_of_a_group():
    page = str(Name({}))

    assert 'href="#id_visible_0"' in page
    assert 'id="id_visible_0"' in page


def test_a_field_is_described_by_its_hint_and_its_error():
    page = str(Name({}))

    described = re.search(r'name="name"[^>]* aria-describedby="([^"]+)"', page)[1].split()
    assert set(described) == {"id_name_helptext", "id_name_error"}
    assert all(f'id="{one}"' in page for one in described)


def test_only_what_may_be_left_out_is_marked():
    page = str(Name())

    assert page.count("(optional)") == 1


def test_no_template_breaks_the_content_policy():
    """No inline style, script or handler in a page; mail has its own rules."""
    forbidden = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", re.IGNORECASE)
    pages = [path for path in TEMPLATES.rglob("*.html") if "mail" not in path.parts]

    assert pages
    assert [str(path) for path in pages if forbidden.search(path.read_text())] == []


def test_colours_live_in_the_tokens_only():
    sheets = [path for path in (STATIC / "css").rglob("*.css") if path.name not in {"tokens.css", "print.css"}]
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(")

    assert sheets
    assert [path.name for path in sheets if colour.search(path.read_text())] == []


def test_every_sheet_is_imported_once():
    main = (STATIC / "css" / "main.css").read_text()
    imported = re.findall(r'@import "([^"]+)" layer\(\w+\);', main)

    sheets = {str(path.relative_to(STATIC / "css")) for path in (STATIC / "css").rglob("*.css")}
    assert sorted(imported) == sorted(sheets - {"main.css"})
