"""Reading what an admin wrote of what the terms of a badge share: its program, its name, its competency profile."""

from collections.abc import Iterable

from django import forms
from django.utils.text import slugify

from badges import editions
from badges.edition_forms import PartForm, language_field, line_field, longest, speak_plainly, text_field
from badges.editions.places import free
from badges.models import Badge, Competency, Domain, Edition, Framework, Program

LEVELS = 20
NEW = "new program"  # no slug has a space
KINDS = [
    (Badge.Kind.PRACTICE.value, "Documents that reviewers read"),
    (Badge.Kind.SHARED_LEARNING.value, "Attending the meetings"),
]
WHOLE = [("", "Its letters and reminders"), ("yes", "All it says")]


def site_field(**kwargs) -> forms.URLField:
    return forms.URLField(label="Web site", max_length=longest(Program, "url"), assume_scheme="https", **kwargs)


class BadgeWords(forms.Form):
    """What is said of a badge, whatever the term."""

    name = line_field("Name of the badge", Badge, "name")
    level = forms.IntegerField(label="Level", min_value=1, max_value=LEVELS, initial=1)
    description = text_field("What it shows", rows=3, help_text="In a sentence or two, for its public page.")
    earned_by = text_field("How it is earned", rows=2, help_text="In a sentence, for its public page.")


class NewBadgeForm(BadgeWords):
    """A badge that was not there before, in one of the reader's programs or in a new one."""

    program = forms.ChoiceField(label="Program")
    program_name = line_field("Name of the new program", Program, "name", required=False)
    program_url = site_field(required=False)
    program_email = forms.EmailField(label="E-mail address", required=False, help_text="Printed with every badge.")
    kind = forms.ChoiceField(label="It is earned by", choices=KINDS, initial=KINDS[0][0], widget=forms.RadioSelect)
    term = line_field("First term", Edition, "term", help_text="As people say it: Fall 2026.")
    language = language_field()
    like = forms.ModelChoiceField(
        Edition.objects.none(), label="Begin with what is said in", required=False, empty_label="Nothing"
    )
    whole = forms.ChoiceField(label="Take along", choices=WHOLE, required=False, widget=forms.RadioSelect)

    field_order = ("program", "program_name", "program_url", "program_email", "name", "level", "kind")

    def __init__(self, *args, programs: Iterable[Program], **kwargs):
        super().__init__(*args, **kwargs)
        self.programs = {each.slug: each for each in programs}
        known = [(slug, each.name) for slug, each in self.programs.items()]
        program, like = self.fields["program"], self.fields["like"]
        assert isinstance(program, forms.ChoiceField)
        assert isinstance(like, forms.ModelChoiceField)
        program.choices = [*known, (NEW, "A new program")]
        speak_plainly(self.fields.values())
        like.queryset = Edition.objects.select_related("badge").filter(badge__program__in=self.programs.values())

    def clean(self):
        cleaned = super().clean() or {}
        for name in ("program_name", "program_url", "program_email") if cleaned.get("program") == NEW else ():
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, "A new program needs this.")
        return cleaned

    def begin(self, *, by) -> Edition:
        """Raises: Refused."""
        said = self.cleaned_data
        return editions.begin(
            {name: said[name] for name in ("name", "level", "kind", "description", "earned_by")},
            program=self.programs.get(said["program"]) or self._new_program(),
            term=said["term"], language=said["language"], by=by, like=said["like"], whole=bool(said["whole"]),
        )  # fmt: skip

    def _new_program(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"program_{name}"] for name in ("name", "url", "email")}


class SharedForm(PartForm):
    """One of the mappings of the plain form that editions share."""

    said: tuple[str, ...] = ()

    def shown(self, found):
        return {name: found[self.names[0]][name] for name in self.said}

    @property
    def part(self):
        name = self.names[0]
        return {name: self.whole[name] | {field: self.cleaned_data[field] for field in self.said}}


class BadgeForm(BadgeWords, SharedForm):
    names = ("badge",)
    said = ("name", "level", "description", "earned_by")


class ProgramForm(SharedForm):
    names = ("program",)
    said = ("name", "url", "email", "description")
    name = line_field("Name", Program, "name")
    url = site_field()
    email = forms.EmailField(label="E-mail address", help_text="Printed with every badge.")
    description = text_field("What it is", rows=3, required=False)


class ProfileForm(PartForm):
    """The competency profile as lines. Those that an edition in use builds on keep their version as it was."""

    names = ("framework", "competencies", "competencies_required")
    name = line_field("Name of the profile", Framework, "name", required=False)
    version = line_field("Version", Framework, "version", required=False, help_text="A year or a number: 2026.")
    source = line_field("Where it comes from", Framework, "source", required=False)
    lines = text_field(
        "Domains and competencies",
        rows=16,
        required=False,
        help_text="“## Domain” begins a domain; below it stands one competency in a line, as “Name: what it means”.",
    )

    def shown(self, found):
        return written(found["framework"]) if found["framework"] else {}

    def clean(self):
        cleaned = super().clean() or {}
        self.domains = self._read(cleaned.get("lines", ""))
        for name in ("name", "version") if self.domains else ():
            if not cleaned.get(name):
                self.add_error(name, "A profile needs this.")
        if self.domains and not self.errors:
            self.slug = self._slug()
        return cleaned

    def _read(self, lines: str) -> list[dict]:
        domains: list[dict] = []
        for line in filter(None, map(str.strip, lines.splitlines())):
            if line.startswith("#"):
                domains.append({"name": line.lstrip("# "), "competencies": []})
            elif not domains:
                self.add_error("lines", "Begin with a domain: “## Its name”.")
                return []
            else:
                name, _, summary = line.lstrip("-* ").partition(":")
                domains[-1]["competencies"].append({"name": name.strip(), "summary": summary.strip()})
        self._refuse_odd(_flat(domains))
        return self._with_keys(domains)

    def _refuse_odd(self, entries: list[dict]) -> None:
        names = [each["name"] for each in entries]
        most = min(longest(Domain, "name"), longest(Competency, "name"))
        if odd := next((name for name in names if len(name) > most), ""):
            self.add_error("lines", f"“{odd[:40]}…” is too long. Use at most {most} signs, and a colon after the name.")
        elif "" in names:
            self.add_error("lines", "A line has no name before its colon.")
        elif twice := next((name for name in names if names.count(name) > 1), ""):
            self.add_error("lines", f"“{twice}” stands there twice. Give each its own name.")

    def _with_keys(self, domains: list[dict]) -> list[dict]:
        """What keeps its name keeps its key, so that what people showed of it stays."""
        here, made = _flat((self.whole["framework"] or {}).get("domains", [])), _flat(domains)
        known, taken = {each["name"]: each["key"] for each in here}, {each["key"] for each in here}
        if len(here) == len(made):  # then a name that is not known was put in place of another
            gone = set(known) - {each["name"] for each in made}
            known |= {new["name"]: old["key"] for old, new in zip(here, made, strict=True)
                      if old["name"] in gone and new["name"] not in known}  # fmt: skip
        for entry in made:
            entry["key"] = known.get(entry["name"]) or free(slugify(entry["name"])[:44] or "part", taken)
            taken.add(entry["key"])
        return domains

    def _slug(self) -> str:
        """The same as long as no edition in use builds on it; another name or version is another profile."""
        here, said = self.whole["framework"], self.cleaned_data
        if here is None or (here["name"], here["version"]) != (said["name"], said["version"]):
            return editions.free_slug(f"{said['name']}-{said['version']}", Framework)
        in_use = Edition.objects.published().filter(framework__slug=here["slug"]).first()
        if in_use and self._framework(here["slug"]) != here:
            self.add_error("version", f"“{in_use}” builds on this version, so it stays as it is. Give yours another.")
        return str(here["slug"])

    def _framework(self, slug: str) -> dict:
        said = self.cleaned_data
        return {"slug": slug, **{name: said[name] for name in ("name", "version", "source")}, "domains": self.domains}

    @property
    def part(self):
        known = [each["key"] for domain in self.domains for each in domain["competencies"]]
        ticked = [key for key in self.whole["competencies"] if key in known]
        return {
            "framework": self._framework(self.slug) if self.domains else None,
            "competencies": [key for key in known if key in ticked],
            "competencies_required": min(self.whole["competencies_required"], len(ticked)),
        }


def _flat(domains: list[dict]) -> list[dict]:
    return [each for domain in domains for each in (domain, *domain["competencies"])]


def written(framework: dict) -> dict[str, str]:
    """A profile of the plain form as the fields of its form."""
    lines = []
    for domain in framework["domains"]:
        lines += ["", f"## {domain['name']}"]
        lines += [": ".join(filter(None, [each["name"], each["summary"]])) for each in domain["competencies"]]
    return {name: framework[name] for name in ("name", "version", "source")} | {"lines": "\n".join(lines).strip()}
