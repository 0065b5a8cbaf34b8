"""From the plain form to the database: all or nothing, in place, by keys."""

from django.db import transaction
from django.db.models import F, ProtectedError

from badges.models import (
    Activity,
    Badge,
    Competency,
    Criterion,
    Domain,
    Edition,
    Framework,
    Letter,
    Level,
    Program,
    Prompt,
    RequiredDocument,
)
from microcred.verdict import Refused

from .describing import describe
from .shape import FIELDS, values

SHARED = {"program", "framework", "badge"}  # parts of the plain form that editions have in common
ASIDE = 10_000  # positions step aside before they are dealt out again


@transaction.atomic
def store(form):
    """The edition that `form` describes, made or brought up to date. Storing twice changes nothing.

    Rows keep their identity by key, so that what people did with them stays. Raises: Refused, when a cohort already
    relies on what would change.
    """
    badge = _badge(form["badge"], _upsert(Program, form["program"]))
    framework = _framework(form["framework"])
    edition = Edition.objects.filter(slug=form["slug"]).first()
    if edition and _own(describe(edition)) == _own(form):
        return edition
    if edition and edition.is_frozen:
        raise Refused(f"“{edition}” is in use by a cohort and cannot change. Clone it for the next term.")
    edition = _edition(edition, form, badge, framework)
    try:
        _contents(edition, form)
    except ProtectedError as problem:
        used = ", ".join(sorted({str(row) for row in problem.protected_objects})[:3])
        raise Refused(f"A part of “{edition}” that people already used cannot be removed: {used}.") from problem
    return edition


def _own(form):
    return {key: value for key, value in form.items() if key not in SHARED} | {
        "badge": form["badge"]["slug"],
        "framework": form["framework"] and form["framework"]["slug"],
    }


def _upsert(model, form):
    row, _ = model.objects.update_or_create(slug=form["slug"], defaults=values(model, form))
    return row


def _badge(form, program):
    badge, _ = Badge.objects.update_or_create(slug=form["slug"], defaults=values(Badge, form) | {"program": program})
    known = {other.slug: other for other in Badge.objects.filter(slug__in=[*form["parts"], *form["related"]])}
    missing = [slug for slug in form["parts"] if slug not in known]
    if missing:
        raise Refused(f"“{badge}” is made up of badges that are not here yet: {', '.join(missing)}. Load them first.")
    badge.parts.set([known[slug] for slug in form["parts"]])
    # A related badge that arrives later names this one itself.
    badge.related.set([known[slug] for slug in form["related"] if slug in known])
    return badge


def _framework(form):
    if form is None:
        return None
    framework = _upsert(Framework, form)
    _sync(framework.domains, Domain, "key", form["domains"], framework=framework)
    for domain, part in zip(framework.domains.all(), form["domains"], strict=True):
        _sync(domain.competencies, Competency, "key", part["competencies"], domain=domain)
    return framework


def _edition(edition, form, badge, framework):
    fields = values(Edition, form) | {
        "badge": badge,
        "framework": framework,
        "directions": form["directions"],
        "reminders": form["reminders"],
    }
    taken = Edition.objects.filter(badge=badge, term=form["term"]).exclude(slug=form["slug"]).first()
    if taken:
        raise Refused(f"“{taken}” already exists as {taken.slug}. Use that slug, or another term.")
    edition, _ = Edition.objects.update_or_create(slug=form["slug"], defaults=fields)
    edition.competencies.set(Competency.objects.filter(domain__framework=framework, key__in=form["competencies"]))
    return edition


def _contents(edition, form):
    _sync(edition.documents, RequiredDocument, "key", form["documents"], extra=("aliases",), edition=edition)
    documents = {document.key: document for document in edition.documents.all()}
    for part in form["documents"]:
        _rubric(documents[part["key"]], part)
    activities = [{**part, "document": documents.get(part["document"])} for part in form["activities"]]
    _sync(edition.activities, Activity, "key", activities, extra=("document",), edition=edition)
    _sync(edition.letters, Letter, "key", form["letters"], position=None, edition=edition)


def _rubric(document, form):
    _sync(document.prompts, Prompt, "code", form["prompts"], position="number", document=document)
    prompts = {prompt.code: prompt for prompt in document.prompts.all()}
    rows = [{**row, "prompt": prompts[part["code"]]} for part in form["prompts"] for row in part["criteria"]]
    rows += [{**row, "prompt": None} for row in form["criteria"]]
    _sync(document.criteria, Criterion, "key", rows, extra=("prompt",), document=document)
    for criterion in document.criteria.prefetch_related("levels"):
        part = next(row for row in rows if row["key"] == criterion.key)
        _levels(criterion, part["levels"])


def _levels(criterion, parts):
    """Best first in the plain form; rank 1 is the lowest."""
    ranked = [{**part, "rank": rank} for rank, part in enumerate(reversed(parts), start=1)]
    aside = {"is_passing": False}
    _sync(criterion.levels, Level, "rank", ranked, position=None, extra=("rank",), aside=aside, criterion=criterion)


def _sync(rows, model, key, parts, *, position="position", extra=(), aside=None, **parent):
    """Make the rows of a parent those of `parts`, in their order, keeping each row whose key stays.

    `aside`: what is written to all of them first, so that none is in the way of another.
    """
    fields = {part[key]: values(model, part) | {name: part[name] for name in extra} for part in parts}
    here = {getattr(row, key): row for row in rows.all()}
    if _says_so(here, fields, in_order=bool(position)):
        return
    rows.exclude(**{f"{key}__in": list(fields)}).delete()
    if aside or position:
        rows.update(**(aside or {position: F(position) + ASIDE}))
    names = [*FIELDS[model], *extra, *([position] if position else [])]
    wanted = [_filled(here.get(name) or model(**parent), said) for name, said in fields.items()]
    for place, row in enumerate(wanted, start=1):
        if position:
            setattr(row, position, place)
    model.objects.bulk_create([row for row in wanted if row.pk is None])
    model.objects.bulk_update([row for row in wanted if getattr(row, key) in here], names)


def _says_so(rows, fields, *, in_order):
    """Whether the rows say already what `fields` says, by key."""
    kept = {name: [getattr(row, row._meta.get_field(each).attname) for each in fields.get(name, ())]
            for name, row in rows.items()}  # fmt: skip
    asked = {name: [getattr(value, "pk", value) for value in said.values()] for name, said in fields.items()}
    return kept == asked and (not in_order or list(kept) == list(asked))


def _filled(row, fields):
    for name, value in fields.items():
        setattr(row, name, value)
    return row
