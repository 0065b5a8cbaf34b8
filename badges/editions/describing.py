"""From the database to the plain form."""

from operator import itemgetter

from .shape import plain


def describe(edition):
    """Everything an edition says, as nested plain data. Queries: about a dozen, whatever its size."""
    badge = edition.badge
    return {
        **plain(edition),
        "directions": edition.directions.replace("\r\n", "\n").strip(),
        "program": plain(badge.program),
        "framework": described_framework(edition.framework),
        "badge": described_badge(badge),
        "competencies": [
            competency.key
            for competency in edition.competencies.select_related("domain").order_by("domain__position", "position")
        ],
        "documents": [_document(document) for document in _documents(edition)],
        "activities": [
            {**plain(activity), "document": activity.document.key if activity.document else ""}
            for activity in edition.activities.select_related("document")
        ],
        "reminders": edition.reminders,
        "letters": sorted((plain(letter) for letter in edition.letters.all()), key=itemgetter("key")),
    }


def described_badge(badge):
    return {**plain(badge), "parts": _slugs(badge.parts), "related": _slugs(badge.related)}


def _slugs(badges):
    return sorted(badges.values_list("slug", flat=True))


def described_framework(framework):
    if framework is None:
        return None
    domains = framework.domains.prefetch_related("competencies")
    return {
        **plain(framework),
        "domains": [
            {**plain(domain), "competencies": [plain(competency) for competency in domain.competencies.all()]}
            for domain in domains
        ],
    }


def _documents(edition):
    return edition.documents.prefetch_related("prompts", "criteria__levels")


def _document(document):
    rows = list(document.criteria.all())
    return {
        **plain(document),
        "aliases": list(document.aliases),
        "prompts": [
            {**plain(prompt), "criteria": [_criterion(row) for row in rows if row.prompt_id == prompt.pk]}
            for prompt in document.prompts.all()
        ],
        "criteria": [_criterion(row) for row in rows if row.prompt_id is None],
    }


def _criterion(row):
    """A rubric row, its levels from best to lowest."""
    return {**plain(row), "levels": [plain(level) for level in row.levels.all()]}
