"""Taking in an edition that somebody brings as files: what it would do is known before anything is done."""

from dataclasses import dataclass

from django.db import transaction

from badges.models import Badge, Edition, EditionChange, Framework, Program
from badges.permissions import may_change
from microcred import clock
from microcred.verdict import Refused

from .comparing import Section, differences
from .describing import describe, described_badge, described_framework
from .editing import replace
from .shape import plain
from .storing import store


@dataclass(frozen=True)
class Brought:
    """A plain form from outside, beside the edition on whose pages it was brought."""

    form: dict
    beside: Edition
    is_new: bool
    sections: list[Section]

    @classmethod
    def of(cls, form, beside):
        """What keeping `form` would mean. Raises: Refused, when it cannot be kept here."""
        is_new = form["slug"] != beside.slug
        if is_new and Edition.objects.filter(slug=form["slug"]).exists():
            raise Refused(f"There is another edition with the slug “{form['slug']}”. Give yours a slug of its own.")
        if not is_new and not (verdict := may_change(beside)):
            raise Refused(f"{verdict.reason} To make a new edition of the files, give them another slug and term.")
        _refuse_shared(form)
        return cls(form, beside, is_new, differences(describe(beside), form))

    def keep(self, *, by):
        """Make it so. Raises: Refused."""
        if not self.is_new:
            replace(self.beside, self.form, by=by, sentence="Replaced it by files")
            return Edition.objects.get(pk=self.beside.pk)
        return _make(self.form, by=by)


@transaction.atomic
def _make(form, *, by):
    made = store(form)
    EditionChange.objects.create(edition=made, sentence="Made it from files", by=by, at=clock.now())
    return made


def _refuse_shared(form):
    """Program, profile and badge are shared by the editions of all terms: files cannot change them from here."""
    program = Program.objects.filter(slug=form["program"]["slug"]).first()
    badge = Badge.objects.filter(slug=form["badge"]["slug"]).first()
    framework = form["framework"] and Framework.objects.filter(slug=form["framework"]["slug"]).first()
    changed = [
        word
        for word, here, brought in (
            ("program", program and plain(program), form["program"]),
            ("badge", badge and described_badge(badge), form["badge"]),
            ("competency profile", framework and described_framework(framework), form["framework"]),
        )
        if brought and (here or word == "program") and here != brought
    ]
    if changed:
        raise Refused(
            f"The files say something else of the {changed[0]} than is known here. All terms share it, so only the "
            "operator can change it, with import_edition. Leave its file as it was downloaded."
        )
