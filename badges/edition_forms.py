"""Reading what an admin wrote in one part of an edition."""

import base64
import binascii
import re

from django import forms
from django.core.validators import RegexValidator
from django.utils.text import slugify

from badges import placeholders
from badges.editions.archive import LARGEST_BYTES
from badges.editions.gaps import PLACE, awaited, lost_templates, rows_of, scored_rows
from badges.editions.places import entry, free, key_of, listed
from badges.markers import CODE, codes_in, printed
from badges.models import Activity, Criterion, Edition, Letter, Prompt, RequiredDocument
from badges.names import NOT_ON_WINDOWS

MOST_LEVELS, LEAST_LEVELS = 5, 2
LEVELS = {1: "Level 1, the best", 2: "Level 2", 3: "Level 3", 4: "Level 4", 5: "Level 5"}
SENTENCES = {
    "required": "Write something here.",
    "max_length": "Use at most %(limit_value)d signs; these are %(show_value)d.",
    "min_value": "Write %(limit_value)d or more.",
    "max_value": "Write %(limit_value)d or less.",
}
NOT_IN_NAMES = frozenset(NOT_ON_WINDOWS) - {"|"}  # a bar becomes a hyphen in what we hand out
WORDS = re.compile(r"\{([^{}]*)\}")


def longest(model, field):
    """How many signs the database keeps of a text."""
    return model._meta.get_field(field).max_length


def line_field(label, model, field, **kwargs):
    return forms.CharField(label=label, max_length=longest(model, field), **kwargs)


def text_field(label, *, rows=4, **kwargs):
    widget = forms.Textarea(attrs={"rows": rows, "class": "plain"})
    return forms.CharField(label=label, widget=widget, **kwargs)


def language_field():
    said = "Write it like en-US or fr-FR."
    return line_field(
        "Language",
        Edition,
        "language",
        initial="en-US",
        validators=[RegexValidator(r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$", said)],
        help_text="Of letters and documents: fr-FR.",
    )


def speak_plainly(fields):
    """What each field says of what it cannot take."""
    for field in fields:
        field.error_messages |= SENTENCES
        if isinstance(field, forms.URLField):
            field.error_messages["invalid"] = "Write the whole address, as in https://example.org/page."


class PartForm(forms.Form):
    """One part of an edition's plain form: `whole` is the form, `place` where the part stands or is going to."""

    names: tuple[str, ...] = ()  # the fields of the plain form that it changes

    def __init__(self, data=None, *, whole, place):
        self.whole, self.place = whole, place
        self.is_new = self.begins()
        self.entry = self.begun() if self.is_new else entry(whole, place)
        super().__init__(data, initial=self.shown(self.entry) if self.entry else None)
        speak_plainly(self.fields.values())

    def begins(self):
        """Whether the place is one that does not exist yet."""
        return bool(self.place) and self.place[-1] == "new"

    def begun(self):
        """What a new entry says before anybody wrote."""
        return {}

    def shown(self, found):
        """What the fields hold for an entry of the plain form."""
        return {name: found[name] for name in self.names}

    @property
    def part(self):
        """The checked fields, as the plain form holds them."""
        return {name: self.cleaned_data[name] for name in self.names}

    @property
    def kept_at(self):
        """The place with the key that a new entry gets."""
        return (*self.place[:-1], self.key()) if self.is_new else self.place

    def key(self):
        return self.free_key(self.cleaned_data["title"])

    def free_key(self, words):
        """A key made of `words` that no entry of this list has."""
        stem = slugify(words)[:50].strip("-") or "part"
        return free(stem, {"new", *self.taken()})

    def taken(self):
        return {each[key_of(self.place[-2])] for each in listed(self.whole, self.place[:-1])}


class DirectionsForm(PartForm):
    names = ("directions",)
    directions = text_field(
        "Directions",
        rows=24,
        required=False,
        help_text="Markdown. “## Heading” begins a section; activities stand under the heading that names their group. "
        "On a line of its own, {documents} lists what is handed in, and {template …} offers a template.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if keys := [document["key"] for document in self.whole["documents"]]:
            offered = ", ".join(f"{{template {key}}}" for key in keys)
            self.fields["directions"].help_text += f" Here: {offered}."

    def clean_directions(self):
        directions = self.cleaned_data["directions"].replace("\r\n", "\n")
        if lost := lost_templates(directions, self.whole["documents"]):
            raise forms.ValidationError(f"{{template {lost[0]}}} names no document of this edition.")
        if odd := re.search(r"^\{.*\} *$", PLACE.sub("", directions), re.MULTILINE):
            raise forms.ValidationError(f"{odd[0].strip()} is no place. Write {{documents}}, or a template as above.")
        return directions


class RulesForm(PartForm):
    """How the badge is earned, and how files are named."""

    names = (
        *("term", "language", "name_pattern", "pass_rule", "pass_count", "competencies", "competencies_required"),
        *("meetings_required", "meeting_minutes_required"),
    )
    term = line_field("Term", Edition, "term", help_text="As people say it: Spring 2024.")
    language = language_field()
    name_pattern = line_field(
        "Names of files",
        Edition,
        "name_pattern",
        help_text="Put {last}, {initial} and {title} where they belong.",
    )
    pass_rule = forms.ChoiceField(label="The badge is earned by", choices=Edition.PassRule, widget=forms.RadioSelect)
    pass_count = forms.IntegerField(
        label="How many rubric rows", min_value=0, max_value=200, help_text="For the rules that count; else 0."
    )
    competencies = forms.MultipleChoiceField(
        label="Competencies it builds on", required=False, widget=forms.CheckboxSelectMultiple
    )
    competencies_required = forms.IntegerField(label="How many of them must be shown", min_value=0, max_value=100)
    meetings_required = forms.IntegerField(label="Meetings to attend", min_value=0, max_value=100)
    meeting_minutes_required = forms.IntegerField(label="Minutes that count as attended", min_value=0, max_value=1000)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        domains = (self.whole["framework"] or {}).get("domains", [])
        self.fields["competencies"].choices = [
            (domain["name"], [(each["key"], each["name"]) for each in domain["competencies"]]) for domain in domains
        ]
        if not domains:
            del self.fields["competencies"], self.fields["competencies_required"]

    @property
    def part(self):
        offered = self.fields["competencies"].choices if "competencies" in self.fields else []
        known = [key for _, group in offered for key, _ in group]
        chosen = self.cleaned_data.get("competencies", [])
        return {
            **{name: self.cleaned_data.get(name, 0) for name in self.names},
            "competencies": [key for key in known if key in chosen],
        }

    def clean_name_pattern(self):
        pattern = self.cleaned_data["name_pattern"]
        used = set(WORDS.findall(pattern))
        is_odd = used - {"last", "initial", "title"} or re.search(r"[{}]", WORDS.sub("", pattern))
        if is_odd or not {"last", "title"} <= used:
            raise forms.ValidationError("Use {last} and {title}, and {initial} if you like. Nothing else in braces.")
        if odd := NOT_IN_NAMES & set(pattern):
            raise forms.ValidationError(f"Leave out {' '.join(sorted(odd))}: no file can be named so.")
        return pattern

    def clean(self):
        cleaned = super().clean()
        rule, least = cleaned.get("pass_rule"), cleaned.get("pass_count")
        count = len(scored_rows(self.whole))
        if rule != Edition.PassRule.EVERY and least is not None and not 1 <= least <= count:
            self.add_error("pass_count", f"There are {count} rubric rows. Choose a number from 1 to {count}.")
        if cleaned.get("competencies_required", 0) > len(cleaned.get("competencies", [])):
            self.add_error("competencies_required", "That is more than are ticked above. Tick more, or ask for fewer.")
        return cleaned


class ActivityForm(PartForm):
    names = ("title", "group", "kind", "required", "minutes", "url", "leads_to", "note", "document")
    title = line_field("What to do", Activity, "title", help_text="Watch the Implementation Stages video.")
    group = line_field("Group", Activity, "group", help_text="Stands under the heading that names it.")
    kind = forms.ChoiceField(label="Kind", choices=Activity.Kind)
    required = forms.BooleanField(label="Has to be done", required=False, initial=True)
    minutes = forms.IntegerField(label="Minutes it takes", required=False, min_value=1, max_value=2000)
    url = forms.URLField(label="Link", required=False, max_length=longest(Activity, "url"), assume_scheme="https")
    leads_to = line_field(
        "Where the link leads", Activity, "leads_to", required=False, help_text="A site or a file, in words."
    )
    note = text_field("Note", required=False)
    document = forms.ChoiceField(
        label="Document", required=False, help_text="Then it counts as done when this document is ready."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        titles = [(document["key"], document["title"]) for document in self.whole["documents"]]
        self.fields["document"].choices = [("", "None"), *titles]


class DocumentForm(PartForm):
    names = ("title", "short_title", "aliases", "scored", "intro")
    title = line_field("Title", RequiredDocument, "title", help_text="As it is printed and as files are named.")
    short_title = line_field("Short title", RequiredDocument, "short_title", help_text="As in a sentence: Growth Plan.")
    aliases = text_field("Other titles that count as this one", required=False, help_text="One in a line.")
    scored = forms.BooleanField(label="Reviewers score it", required=False)
    intro = text_field("What the Word template says first", required=False)

    def shown(self, found):
        return super().shown(found) | {"aliases": "\n".join(found["aliases"])}

    def clean_title(self):
        title = self.cleaned_data["title"]
        if title.casefold().endswith(" revised"):
            raise forms.ValidationError("Leave REVISED out: we add it to what comes after a revision request.")
        return self._own(title)

    def clean_aliases(self):
        return [self._own(one.strip()) for one in self.cleaned_data["aliases"].splitlines() if one.strip()]

    def _own(self, title):
        """Files are told apart by their titles."""
        here = "" if self.is_new else self.place[-1]
        for document in self.whole["documents"]:
            known = {name.casefold() for name in (document["title"], *document["aliases"])}
            if document["key"] != here and title.casefold() in known:
                raise forms.ValidationError(
                    f"“{title}” is how files of “{document['title']}” are named. Choose another."
                )
        return title

    @property
    def part(self):
        begun = {"prompts": [], "criteria": []} if self.is_new else {}
        return super().part | begun


class PromptForm(PartForm):
    names = ("section", "text", "hint", "min_words")
    code = line_field("Printed code", Prompt, "code", help_text="It stays as it is: files are recognised by it.")
    text = text_field("Question")
    hint = text_field("Hint", required=False, help_text="Printed under the question.")
    section = line_field("Heading before it", Prompt, "section", required=False)
    min_words = forms.IntegerField(
        label="Words to expect", min_value=0, max_value=5000, initial=20, help_text="Shorter answers get advice."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_new:
            del self.fields["code"]
        elif last := listed(self.whole, self.place[:-1])[-1:]:
            self.fields["code"].initial = re.sub(r"\d+$", lambda found: str(int(found[0]) + 1), last[0]["code"])

    def clean_code(self):
        code = "".join(self.cleaned_data["code"].split()).upper()
        codes = {prompt["code"] for document in self.whole["documents"] for prompt in document["prompts"]}
        if not CODE.fullmatch(printed(code)):
            raise forms.ValidationError("Write it like L2-RG-Q1: capitals, digits and hyphens, then Q and a number.")
        if code in codes:
            raise forms.ValidationError(f"{code} is another question’s. Choose one of its own.")
        return code

    def clean(self):
        cleaned = super().clean()
        for name in ("section", "text", "hint"):
            if codes := codes_in(cleaned.get(name, "")):
                self.add_error(name, f"Leave {printed(codes[0])} out: by such codes we find the answers.")
        return cleaned

    @property
    def part(self):
        return super().part | ({"criteria": []} if self.is_new else {})

    def key(self):
        return self.cleaned_data["code"]


class RowForm(PartForm):
    """A rubric row with its levels, the best first."""

    names = ("title", "group", "levels")
    title = line_field("What reviewers look for", Criterion, "title")
    group = line_field(
        "Group", Criterion, "group", required=False, help_text="Only for the rule that counts each group by itself."
    )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        for number in range(1, MOST_LEVELS + 1):
            self.fields[f"label_{number}"] = forms.CharField(label=LEVELS[number], max_length=60, required=False)
            self.fields[f"text_{number}"] = text_field(f"What level {number} looks like", rows=2, required=False)
        choices = [(str(number), f"Level {number}") for number in range(1, MOST_LEVELS + 1)]
        self.fields["passing"] = forms.ChoiceField(
            label="The lowest level that passes", choices=choices, initial="1", widget=forms.RadioSelect
        )

    def shown(self, found):
        shown = {"title": found["title"], "group": found["group"], "passing": "1"}
        for number, level in enumerate(found["levels"], start=1):
            shown |= {f"label_{number}": level["label"], f"text_{number}": level["text"]}
            shown |= {"passing": str(number)} if level["passing"] else {}
        return shown

    def clean(self):
        cleaned = super().clean()
        self.levels = []
        for number in range(1, MOST_LEVELS + 1):
            label, words = cleaned.get(f"label_{number}", ""), cleaned.get(f"text_{number}", "")
            if bool(label) != bool(words):
                self.add_error(f"text_{number}" if label else f"label_{number}", "A level needs its name and its text.")
            elif label:
                passes = cleaned.get("passing") == str(number)
                self.levels.append({"label": label, "text": words, "passing": passes})
        self._check_levels()
        return cleaned

    def _check_levels(self):
        labels = [level["label"].casefold() for level in self.levels]
        if len(labels) < LEAST_LEVELS:
            self.add_error("label_1", f"Describe {LEAST_LEVELS} to {MOST_LEVELS} levels.")
        elif len(set(labels)) < len(labels):
            self.add_error("label_1", "Two levels have the same name. Give each its own.")
        elif not any(level["passing"] for level in self.levels):
            self.add_error("passing", "Choose a level that is described above.")

    @property
    def part(self):
        return {"title": self.cleaned_data["title"], "group": self.cleaned_data["group"], "levels": self.levels}

    def taken(self):
        return {row["key"] for row in rows_of(entry(self.whole, self.place[:2]))}


class LetterForm(PartForm):
    names = ("subject", "body")
    title = line_field("Name", Letter, "key", help_text="What it is for, in small letters: two-weeks. It is not sent.")
    subject = line_field("Subject", Letter, "subject")
    body = text_field("Letter", rows=14, help_text="Markdown. A link that stands alone becomes the button of the mail.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.place[-1] != "new":
            del self.fields["title"]

    def clean_title(self):
        title = self.cleaned_data["title"]
        if slugify(title) in self.taken():
            raise forms.ValidationError(f"There is a letter “{slugify(title)}” already. Choose another name.")
        return title

    def begins(self):
        """A letter that is awaited has its name already."""
        return super().begins() or self.place[-1] in awaited(self.whole)

    def begun(self):
        return {} if super().begins() else {"key": self.place[-1], "subject": "", "body": ""}

    def key(self):
        return super().key() if super().begins() else self.place[-1]

    def clean(self):
        cleaned = super().clean()
        for name in self.names:
            verdict = placeholders.may_say(self.letter, cleaned.get(name, ""))
            if not verdict:
                self.add_error(name, verdict.reason)
        return cleaned

    @property
    def letter(self):
        return slugify(self.data.get("title", "")) if super().begins() else self.place[-1]


class ArchiveForm(forms.Form):
    """A ZIP, as it was chosen; or as the page before carries it on."""

    file = forms.FileField(
        label="ZIP of an edition",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        help_text="As it was downloaded here, with what you changed.",
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self):
        cleaned = super().clean()
        upload = cleaned.get("file")
        if upload and upload.size > LARGEST_BYTES:
            self.add_error("file", "The ZIP is larger than 1 MB. An edition is made of short texts.")
        elif not upload and not cleaned.get("kept"):
            self.add_error("file", "Choose the ZIP first.")
        return cleaned

    @property
    def content(self):
        """The bytes of the ZIP; none when what the page carried was spoiled."""
        if upload := self.cleaned_data.get("file"):
            upload.seek(0)
            return upload.read()
        try:
            return base64.b64decode(self.cleaned_data["kept"], validate=True)
        except binascii.Error:
            return b""

    @property
    def as_text(self):
        return base64.b64encode(self.content).decode()
