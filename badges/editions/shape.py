"""The plain form: which fields of which row it holds, under which names."""

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

NAMES = {"is_required": "required", "is_scored": "scored", "is_passing": "passing"}
FIELDS = {
    Program: ("slug", "name", "url", "email", "description"),
    Framework: ("slug", "name", "version", "source"),
    Domain: ("key", "name"),
    Competency: ("key", "name", "summary"),
    Badge: ("slug", "name", "level", "kind", "description", "earned_by"),
    Edition: (
        *("slug", "term", "language", "name_pattern", "competencies_required", "pass_rule", "pass_count"),
        *("meetings_required", "meeting_minutes_required"),
    ),
    Activity: ("key", "group", "title", "kind", "is_required", "minutes", "url", "leads_to", "note"),
    RequiredDocument: ("key", "title", "short_title", "is_scored", "intro"),
    Prompt: ("code", "section", "text", "hint", "min_words"),
    Criterion: ("key", "title", "group"),
    Level: ("label", "text", "is_passing"),
    Letter: ("key", "subject", "body"),
}


def name_of(field):
    """What the plain form and the files call a field."""
    return NAMES.get(field, field)


def plain(row):
    """The fields of `row` under their plain names; texts without stray line ends."""
    return {name_of(field): _tidy(getattr(row, field)) for field in FIELDS[type(row)]}


def values(model, form):
    """The reverse: field values for `model` out of a plain form."""
    return {field: form[name_of(field)] for field in FIELDS[model]}


def default(model, field):
    """What a field holds when nobody says."""
    return model._meta.get_field(field).get_default()


def _tidy(value):
    return str(value).replace("\r\n", "\n").strip() if isinstance(value, str) else value
