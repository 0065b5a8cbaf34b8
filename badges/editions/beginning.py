"""A badge that was not there before: from nothing, or from what an edition of another badge says."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.text import slugify

from badges.models import Badge, Edition, EditionChange, Program
from microcred import clock
from microcred.verdict import Refused

from .describing import describe
from .places import free
from .shape import plain
from .storing import store

LETTERS = ("letters", "reminders")
NOTHING: dict[str, object] = {
    "directions": "", "framework": None, "competencies": [], "documents": [], "activities": [], "letters": [],
    "reminders": [],
}  # fmt: skip


@transaction.atomic
def begin(
    badge: Mapping[str, object],
    *,
    program: Program | Mapping[str, str],
    term: str,
    language: str,
    by,
    like: Edition | None = None,
    whole: bool = False,
) -> Edition:
    """The first edition of a new badge, made by `by`. A mapping tells of a new program.

    Of the edition `like` it takes letters and reminders, or with `whole` all that it says. Raises: Refused.
    """
    issuer = plain(program) if isinstance(program, Program) else _new_program(program)
    if Badge.objects.filter(program__slug=issuer["slug"], name=badge["name"]).exists():
        raise Refused(f"{issuer['name']} has a badge “{badge['name']}” already. Prepare its next term instead.")
    slug = free_slug(str(badge["name"]), Badge)
    said = plain(Edition()) | NOTHING | _taken(like, whole=whole)
    made = store(
        said
        | {"slug": free_slug(f"{slug}-{term}", Edition), "term": term, "language": language, "program": issuer}
        | {"badge": {**badge, "slug": slug, "parts": [], "related": []}}
    )
    EditionChange.objects.create(edition=made, sentence="Began it", by=by, at=clock.now())
    return made


def _new_program(program: Mapping[str, str]) -> dict[str, str]:
    if Program.objects.filter(name=program["name"]).exists():
        raise Refused(f"There is a program “{program['name']}” already. Write to its team, or choose another name.")
    return {"description": "", **program, "slug": free_slug(program["name"], Program)}


def _taken(edition: Edition | None, *, whole: bool) -> dict:
    if edition is None:
        return {}
    said = describe(edition)
    return said if whole else {name: said[name] for name in LETTERS}


def free_slug(stem: str, model) -> str:
    """A name for addresses that nothing else has."""
    longest = model._meta.get_field("slug").max_length - len("-999")
    stem = slugify(stem)[:longest].strip("-") or model._meta.model_name
    return free(stem, set(model.objects.filter(slug__startswith=stem).values_list("slug", flat=True)))
