"""Edition folders: loading them, and writing them so that people can read and change them."""

from pathlib import Path

import yaml
from django.db import transaction

from badges.models import (
    Activity,
    Badge,
    Competency,
    Criterion,
    Domain,
    Edition,
    Framework,
    Program,
    Prompt,
    RequiredDocument,
)
from microcred.verdict import Refused

from .describing import describe
from .reading import EditionFault, read
from .shape import FIELDS, default, name_of
from .storing import store


def load(path):
    """Load the edition folder at `path`; all or nothing, and twice is once. Raises: EditionFault, Refused."""
    return store(read(path))


def load_all(path):
    """Load one edition folder, or every edition of a library, the parts of a composite badge before it."""
    folder = Path(path)
    if (folder / "edition.yaml").is_file():
        return [load(folder)]
    found = sorted(file.parent for file in folder.glob("*/edition.yaml"))
    if not found:
        raise EditionFault([f"{folder}: no edition.yaml is there, nor in a folder of it; name an edition folder."])
    forms = sorted((read(each) for each in found), key=lambda form: len(form["badge"]["parts"]))
    with transaction.atomic():
        return [store(form) for form in forms]


def export(edition, root):
    """Write `edition` below `root` as its importer reads it; returns its folder. Raises: Refused."""
    form, root = describe(edition), Path(root)
    folder = root / form["slug"]
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"“{folder}” is not empty. Choose another place, or remove it first.")
    _write(root / "program.yaml", _rows(Program, form["program"]))
    _write(folder / "edition.yaml", _edition(form))
    if form["framework"]:
        _write(root / "framework" / f"{form['framework']['slug']}.yaml", _framework(form["framework"]))
    if form["directions"]:
        _text(folder / "directions.md", form["directions"])
    for document in form["documents"]:
        _write(folder / "documents" / f"{document['key']}.yaml", _document(document))
    for letter in form["letters"]:
        _text(folder / "letters" / f"{letter['key']}.md", f"Subject: {letter['subject']}\n\n{letter['body']}")
    return folder


def _rows(model, form, **more):
    """The fields of a row that say something, then `more` that is not empty."""
    kept = {name_of(field): form[name_of(field)] for field in FIELDS[model] if _says(model, field, form)}
    return kept | {key: value for key, value in more.items() if value}


def _says(model, field, form):
    value = form[name_of(field)]
    return value not in ("", None) and value != default(model, field)


def _edition(form):
    framework = form["framework"]
    return {
        **_rows(Edition, form),
        "program": "../program.yaml",
        **({"framework": f"../framework/{framework['slug']}.yaml"} if framework else {}),
        "badge": _rows(Badge, form["badge"], parts=form["badge"]["parts"], related=form["badge"]["related"]),
        "competencies": form["competencies"],
        "documents": [document["key"] for document in form["documents"]],
        "activities": [_rows(Activity, part, document=part["document"]) for part in form["activities"]],
        "reminders": form["reminders"],
    }


def _framework(form):
    domains = [
        _rows(Domain, domain, competencies=[_rows(Competency, each) for each in domain["competencies"]])
        for domain in form["domains"]
    ]
    return _rows(Framework, form, domains=domains)


def _document(form):
    prompts = [_rows(Prompt, part, criteria=[_criterion(row) for row in part["criteria"]]) for part in form["prompts"]]
    written = _rows(
        RequiredDocument,
        form,
        aliases=form["aliases"],
        prompts=prompts,
        criteria=[_criterion(row) for row in form["criteria"]],
    )
    del written["key"]  # the file's name
    return written


def _criterion(form):
    levels = {level["label"]: level["text"] for level in form["levels"]}
    passing = next((level["label"] for level in form["levels"] if level["passing"]), "")
    first = next(iter(levels), "")
    return _rows(Criterion, form, levels=levels, passing=passing if passing != first else "")


def _write(path, data):
    _text(path, yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))


def _text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.strip() + "\n", encoding="utf-8")


class _Dumper(yaml.SafeDumper):
    """Longer texts as blocks, as a person would write them."""


def _string(dumper, text):
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _string)
