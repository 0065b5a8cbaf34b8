"""From files to the plain form. All faults are told at once, each with its file, its key and what to do."""

import re
from pathlib import Path

import yaml

from badges.markers import CODE, printed
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

from .blocks import Block, Faults, parse

TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
LARGEST_BYTES = 1_000_000


class EditionFault(Exception):
    """What is wrong with the files of an edition, one sentence each."""

    def __init__(self, faults):
        super().__init__("\n".join(faults))
        self.faults = faults


def read(folder):
    """The plain form of the edition in `folder`. Raises: EditionFault."""
    folder, faults = Path(folder), Faults()
    form = _Reader(folder, faults).read()
    if faults:
        raise EditionFault(faults)
    return form


class _Reader:
    """Reads the files of one edition folder."""

    def __init__(self, folder, faults):
        self.folder, self.faults = folder, faults

    def read(self):
        block = self._yaml(self.folder / "edition.yaml")
        if not block.data:
            return {}
        program, framework = self._linked(block, "program"), self._linked(block, "framework", needed=False)
        form = {
            **block.row(Edition),
            "directions": self._text(self.folder / "directions.md", needed=False),
            "program": self._whole(program, Program),
            "framework": self._framework(framework) if framework else None,
            "badge": self._badge(block.block("badge")),
        }
        form["competencies"] = self._competencies(block, form["framework"])
        form["documents"] = self._documents(block.texts("documents"))
        form["activities"] = self._activities(block, form["documents"])
        form["letters"] = self._letters()
        form["reminders"] = self._reminders(block, form["letters"])
        self._rules(block, form)
        block.done()
        return form

    # files

    def _name(self, path):
        try:
            return str(path.relative_to(self.folder.parent))
        except ValueError:
            return str(path)

    def _text(self, path, *, needed=True):
        if not path.is_file():
            if needed:
                self.faults.add(self._name(path), "", "the file is not there; write it or correct its name")
            return ""
        if path.stat().st_size > LARGEST_BYTES:
            self.faults.add(self._name(path), "", "the file is larger than 1 MB; an edition is made of short texts")
            return ""
        try:
            return path.read_text(encoding="utf-8-sig").strip()
        except UnicodeDecodeError:
            self.faults.add(self._name(path), "", "the file is not in UTF-8; save it as UTF-8")
            return ""

    def _yaml(self, path):
        text, name = self._text(path), self._name(path)
        try:
            data = parse(text) if text else {}
        except yaml.YAMLError as problem:
            mark = getattr(problem, "problem_mark", None)
            what = getattr(problem, "problem", None) or "it is not YAML"
            line = mark.line + 1 if mark else None
            self.faults.add(name, "", f"cannot be read: {what}; a text with a colon needs quotes", line=line)
            data = {}
        return Block(data, name, "", self.faults)

    def _linked(self, block, key, *, needed=True):
        """The file that `key` names, by its path from this folder; never outside the folder above."""
        path = block.take(key, "")
        if not path:
            if needed:
                block.fault(key, f"is missing; name its file, as in “../{key}.yaml”")
            return None
        found = (self.folder / str(path)).resolve()
        if not found.is_relative_to(self.folder.resolve().parent):
            block.fault(key, "leads outside the library; keep its file beside the edition")
            return None
        return self._yaml(self.folder.parent / found.relative_to(self.folder.resolve().parent))

    # parts

    def _whole(self, block, model):
        if block is None:
            return {}
        form = block.row(model)
        block.done()
        return form

    def _framework(self, block):
        form = block.row(Framework)
        form["domains"] = [self._domain(domain) for domain in block.blocks("domains")]
        block.done()
        self._unique(block, "domains", [domain["key"] for domain in form["domains"]])
        keys = [competency["key"] for domain in form["domains"] for competency in domain["competencies"]]
        self._unique(block, "competencies", keys)
        return form

    def _domain(self, block):
        form = block.row(Domain)
        form["competencies"] = [self._whole(competency, Competency) for competency in block.blocks("competencies")]
        block.done()
        return form

    def _badge(self, block):
        form = block.row(Badge)
        form |= {key: sorted(block.texts(key)) for key in ("parts", "related")}
        if form["kind"] == Badge.Kind.COMPOSITE and not form["parts"]:
            block.fault("parts", "is empty; name the badges that make up a composite one")
        if form["slug"] in form["parts"]:
            block.fault("parts", "names the badge itself; remove it")
        block.done()
        return form

    def _competencies(self, block, framework):
        wanted = block.texts("competencies")
        known = [item["key"] for domain in (framework or {}).get("domains", []) for item in domain["competencies"]]
        for key in wanted:
            if key not in known:
                block.fault("competencies", f"names “{key}”, which the framework does not hold; correct one of them")
        return [key for key in known if key in wanted]

    def _documents(self, keys):
        folder = self.folder / "documents"
        for path in sorted(folder.glob("*.yaml")):
            if path.stem not in keys:
                self.faults.add(self._name(path), "", "is not in the list “documents” of edition.yaml; add it there")
        self._unique(Block({}, "edition.yaml", "", self.faults), "documents", keys)
        documents = [self._document(key, self._yaml(folder / f"{key}.yaml")) for key in keys]
        codes = [prompt["code"] for document in documents for prompt in document["prompts"]]
        self._unique(Block({}, self._name(folder), "", self.faults), "code", codes)
        return documents

    def _document(self, key, block):
        form = block.row(RequiredDocument, key=key)
        form["aliases"] = block.texts("aliases")
        form["prompts"] = [self._prompt(prompt) for prompt in block.blocks("prompts")]
        form["criteria"] = [self._criterion(row) for row in block.blocks("criteria")]
        block.done()
        rows = [row for prompt in form["prompts"] for row in prompt["criteria"]] + form["criteria"]
        self._unique(block, "criteria", [row["key"] for row in rows])
        if form["scored"] and not rows:
            block.fault("scored", "is true, but the document has no rubric row; add one or write false")
        return form

    def _prompt(self, block):
        form = block.row(Prompt)
        form["criteria"] = [self._criterion(row) for row in block.blocks("criteria")]
        if form["code"] and not CODE.fullmatch(printed(form["code"])):
            block.fault("code", "has to look like “L2-RG-Q1”: capitals, digits and hyphens, ending in Q and a number")
        block.done()
        return form

    def _criterion(self, block):
        form = block.row(Criterion)
        levels = block.take("levels", {})
        if not isinstance(levels, dict) or not 2 <= len(levels) <= 5:
            block.fault("levels", "has to hold two to five lines “label: text”, the best first")
            levels = {}
        labels = [str(label) for label in levels]
        passing = str(block.take("passing", labels[0] if labels else ""))
        if labels and passing not in labels:
            block.fault("passing", f"names no level of this row; use one of: {', '.join(labels)}")
        form["levels"] = [
            Block(
                {"label": label, "text": text, "passing": label == passing}, block.file, block.where, self.faults
            ).row(Level)
            for label, text in zip(labels, levels.values(), strict=True)
        ]
        if not all(isinstance(label, str) for label in levels):
            block.fault("levels", "has a label that YAML reads as something else; write it in quotes")
        block.done()
        return form

    def _activities(self, block, documents):
        known, forms = [document["key"] for document in documents], []
        for item in block.blocks("activities"):
            form = item.row(Activity)
            form["document"] = str(item.take("document", ""))
            if form["document"] and form["document"] not in known:
                item.fault("document", f"names no document of this edition; use one of: {', '.join(known)}")
            item.done()
            forms.append(form)
        self._unique(block, "activities", [form["key"] for form in forms])
        return forms

    def _letters(self):
        return [
            self._letter(path) for path in sorted((self.folder / "letters").glob("*.md"), key=lambda path: path.stem)
        ]

    def _letter(self, path):
        first, _, body = self._text(path).partition("\n")
        label, _, subject = first.partition(":")
        if label.strip().lower() != "subject" or not subject.strip():
            self.faults.add(self._name(path), "", "has to begin with a line “Subject: …”")
        block = Block({"subject": subject, "body": body.strip()}, self._name(path), "", self.faults)
        form = block.row(Letter, key=path.stem)
        if "{{" in re.sub(r"\{\{\s*[a-z_]+\s*\}\}", "", f"{subject}{body}"):
            block.fault("body", "holds a placeholder that cannot be read; write it as {{ first_name }}")
        return form

    def _reminders(self, block, letters):
        known, forms = {letter["key"] for letter in letters}, []
        for item in block.blocks("reminders"):
            words = ("key", "event_kind", "at", "zone_of", "audience", "letter")
            form = {word: str(item.take(word, "")) for word in words} | {"days": item.take("days", 0)}
            for word in words:
                if not form[word]:
                    item.fault(word, "is missing; write it")
            if form["at"] and not TIME.fullmatch(form["at"]):
                item.fault("at", "has to be a time of day in quotes, as in “09:00”")
            if type(form["days"]) is not int:
                item.fault("days", "has to be a whole number; days before the event are negative")
            if form["letter"] and form["letter"] not in known:
                item.fault("letter", f"names no file of letters/; write letters/{form['letter']}.md")
            item.done()
            forms.append(form)
        self._unique(block, "reminders", [form["key"] for form in forms])
        return forms

    def _rules(self, block, form):
        """What only shows when the parts are seen together."""
        rows = [
            row
            for document in form["documents"]
            for row in [*document["criteria"], *(row for prompt in document["prompts"] for row in prompt["criteria"])]
        ]
        if form["competencies_required"] > len(form["competencies"]):
            block.fault("competencies_required", "is more than the competencies listed; list more or ask for fewer")
        if form["pass_rule"] != Edition.PassRule.EVERY and not 1 <= form["pass_count"] <= len(rows):
            block.fault("pass_count", f"has to be between 1 and the number of rubric rows, {len(rows)}")
        if {"last", "title"} - set(re.findall(r"\{(\w+)\}", form["name_pattern"])):
            block.fault("name_pattern", "has to hold {last} and {title}")

    def _unique(self, block, key, values):
        for value in sorted({value for value in values if value and values.count(value) > 1}):
            block.fault(key, f"has “{value}” more than once; give each its own")
