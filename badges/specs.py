"""From an edition's rows to what the Word writer takes, and to the name of the file."""

from functools import lru_cache

from badges.names import safe_name
from badges.word import CriterionSpec, DocumentSpec, Person, PromptSpec, build


def document_spec(document):
    """What the template of `document` says. Queries: four, or none when prompts and criteria are prefetched."""
    edition, rows = document.edition, list(document.criteria.all())
    return DocumentSpec(
        edition_slug=edition.slug,
        edition_title=edition.badge.name,
        term=edition.term,
        key=document.key,
        title=document.title,
        intro=document.intro,
        prompts=tuple(
            PromptSpec(
                code=prompt.code,
                text=prompt.text,
                hint=prompt.hint,
                section=prompt.section,
                criteria=tuple(_criterion(row) for row in rows if row.prompt_id == prompt.pk),
            )
            for prompt in document.prompts.all()
        ),
        criteria=tuple(_criterion(row) for row in rows if row.prompt_id is None),
        program=edition.badge.program.name,
        language=edition.language,
    )


def _criterion(row):
    return CriterionSpec(title=row.title, levels=tuple((level.label, level.text) for level in row.levels.all()))


def documents_of(edition):
    """The documents of an edition with all that their templates print. Queries: four, whatever their number."""
    return edition.documents.select_related("edition__badge__program").prefetch_related("prompts", "criteria__levels")


@lru_cache(maxsize=1000)
def template_bytes(document):
    """How large the template of `document` is, as this process first saw it: a name or an edit hardly matters.

    Unit: bytes. Queries: four, the first time.
    """
    return len(build(document_spec(document)))


def template_of(document, *, last="", first="", revised=False):
    """File name and bytes of the template, filled in with a name when there is one.

    The name is legal on every system and comes back in as the right one.
    """
    person = Person(last, first) if last or first else None
    content = build(document_spec(document), person, revised)
    return file_name(document, last=last, first=first, revised=revised), content


def file_name(document, *, last="", first="", revised=False):
    """The name under which we hand out `document`; for nobody in particular, its title alone."""
    pattern = document.edition.name_pattern if last or first else "{title}"
    return safe_name(last, first, document.title, revised=revised, pattern=pattern)
