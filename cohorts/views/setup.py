"""The set-up of a cohort: what its editions say, one part at a time."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from badges import edition_forms, editions, placeholders, shared_forms, specs
from badges.edition_forms import ArchiveForm
from badges.editions import places
from badges.editions.gaps import PLACE
from badges.models import Edition
from badges.names import canonical_stem
from badges.permissions import may_change
from cohorts import activities, edition_rules, guidance
from cohorts.models import Cohort
from cohorts.views.schedule import run_by_reader
from microcred import letters, plain
from microcred.verdict import Refused

WHOLE = {
    "directions": (edition_forms.DirectionsForm, "Directions"),
    "rules": (edition_forms.RulesForm, "Rules"),
    "competencies": (shared_forms.ProfileForm, "Competency profile"),
    "badge": (shared_forms.BadgeForm, "Badge"),
    "program": (shared_forms.ProgramForm, "Program"),
}
LISTS = {
    "activities": (edition_forms.ActivityForm, "activity"),
    "documents": (edition_forms.DocumentForm, "document"),
    "prompts": (edition_forms.PromptForm, "question"),
    "criteria": (edition_forms.RowForm, "rubric row"),
    "letters": (edition_forms.LetterForm, "letter"),
    "reminders": (edition_rules.RuleForm, "reminder"),
}
A_PAGE = 50
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def used_by(cohort: Cohort, slug: str) -> Edition:
    """One of the editions that the cohort uses; no other exists here."""
    keys = [key for key in (cohort.edition_id, cohort.attendance_edition_id) if key]
    return get_object_or_404(Edition.objects.filter(pk__in=keys).select_related("badge__program"), slug=slug)


@require_safe
def setup(request, cohort):
    """The edition that is worked through, and the way to the other one."""
    found = run_by_reader(request, cohort)
    return _overview(request, found, found.edition)


@require_safe
def edition(request, cohort, edition):
    found = run_by_reader(request, cohort)
    return _overview(request, found, used_by(found, edition))


def _overview(request, cohort: Cohort, edition: Edition):
    """All parts of the edition in one page. Queries: constant."""
    form = editions.describe(edition)
    context = {
        "cohort": cohort,
        "edition": edition,
        "whole": form,
        "opening_words": plain.as_text(PLACE.sub("", form["directions"])),
        "other": cohort.attendance_edition if edition.pk == cohort.edition_id else cohort.edition,
        "may_change": may_change(edition),
        "gaps": editions.gaps(form),
        "last": edition.changes.select_related("by").first(),
        "activities": [(each["key"], each["title"], _about_activity(each)) for each in form["activities"]],
        "documents": [(each["key"], each["title"], _about_document(each)) for each in form["documents"]],
        "letters": [(each["key"], title_of(each), each["subject"]) for each in form["letters"]],
        "reminders": [(each["key"], title_of(each), edition_rules.said(each)) for each in form["reminders"]],
        "rule": edition.get_pass_rule_display(),
        "example": _file_name(form),
    }
    return render(request, "cohorts/setup.html", context)


def _about_activity(entry) -> str:
    minutes = f"{entry['minutes']} min" if entry["minutes"] else ""
    return " · ".join(filter(None, [entry["group"], minutes, "" if entry["required"] else "optional"]))


def _about_document(entry) -> str:
    questions, rows = len(entry["prompts"]), len(editions.rows_of(entry))
    said = [f"{questions} question{'' if questions == 1 else 's'}"]
    return " · ".join([*said, f"{rows} rubric row{'' if rows == 1 else 's'}"] if entry["scored"] else said)


def _file_name(form):
    """How the first document of somebody would be named."""
    titles = [document["title"] for document in form["documents"]]
    return canonical_stem("Okafor", "Dana", titles[0], pattern=form["name_pattern"]) if titles else ""


# One part ------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def part(request, cohort, edition, place):
    """The form of one part; with `look` it shows how people would see it, and saves nothing."""
    found = run_by_reader(request, cohort)
    used = used_by(found, edition)
    page = Part(found, used, place)
    return page.posted(request) if request.method == "POST" else page.shown(request)


class Part:
    """The page of one part of an edition."""

    def __init__(self, cohort: Cohort, edition: Edition, address: str):
        self.cohort, self.edition, self.address = cohort, edition, address
        self.whole = editions.describe(edition)
        steps = tuple(address.split("/"))
        if address in WHOLE:
            self.place, (self.form_class, self.noun) = (), WHOLE[address]
        elif len(steps) % 2 == 0 and steps[-2] in LISTS:
            self.place, (self.form_class, self.noun) = steps, LISTS[steps[-2]]
        else:
            raise Http404

    @cached_property
    def may_change(self):
        return may_change(self.edition, self.form_class.names)

    def shown(self, request):
        try:
            form = self.form_class(whole=self.whole, place=self.place)
        except LookupError:
            raise Http404 from None
        return self._page(request, form, was=self._seen(form))

    def posted(self, request):
        was, verdict = request.POST.get("was", ""), self.may_change
        if not verdict:
            return self._returned(request, verdict.reason, status=403)
        try:
            form = self.form_class(request.POST, whole=self.whole, place=self.place)
        except LookupError:
            return self._returned(request, f"Someone removed this {self.noun} while you were writing.", status=409)
        if not form.is_valid():
            return self._page(request, form, was=was)
        if "look" in request.POST:
            return self._page(request, form, was=was, look=self._look(form))
        try:
            self._keep(form, was, by=request.user)
        except editions.Clash as clash:
            return self._page(request, form, was=self._seen(form), clash=clash, status=409)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self._page(request, form, was=was)
        messages.success(request, "Saved.")
        goes_on = form.is_new and form.part.keys() & {"prompts", "criteria"}
        return redirect(self.at(form.kept_at) if goes_on else self.back(form.kept_at))

    def _keep(self, form, was: str, *, by) -> None:
        done = "Added" if form.is_new else "Changed"
        sentence = f"{done} {self.noun.lower()}: {title_of(form.part) or form.kept_at[-1]}" if self.place else ""
        editions.change(
            self.edition, form.kept_at, form.part, by=by, was=was, sentence=sentence or f"Changed {self.noun.lower()}"
        )

    def _seen(self, form) -> str:
        return editions.seen(editions.describe(self.edition), self.place, form.names)

    def _look(self, form) -> dict:
        """What the part would look like to those it is for."""
        if isinstance(form, edition_forms.DirectionsForm):
            self.edition.directions = form.cleaned_data["directions"]
            return {"sections": guidance.sections(self.edition, activities.unmarked(self.edition))}
        if isinstance(form, edition_forms.LetterForm):
            sample = placeholders.preview(form.letter, **form.part, language=self.edition.language)
            return {"letter": sample, "body": letters.body_of(sample.html)}
        return {}

    def _page(self, request, form, *, was: str, look=None, clash=None, status=200):
        context = {
            "cohort": self.cohort, "edition": self.edition, "form": form, "noun": self.noun, "place": self.address,
            "title": title_of(form.entry) if self.place else self.noun, "was": was, "look": look, "clash": clash,
            "may_change": self.may_change, "facts": facts(form), "lists": self._lists(form),
            "says": placeholders.samples(form.letter) if hasattr(form, "letter") else {},
            "has_look": isinstance(form, (edition_forms.DirectionsForm, edition_forms.LetterForm)),
            "back": self.back(self.place), "back_to": self._back_to(),
        }  # fmt: skip
        if clash:
            context["theirs"] = facts(self.form_class(whole=editions.describe(self.edition), place=self.place))
        return render(request, "cohorts/setup_part.html", context, status=status)

    def _lists(self, form) -> list[dict]:
        """The lists inside this part: questions, rubric rows."""
        return [
            {
                "name": name,
                "heading": {"prompts": "Questions", "criteria": "Rubric rows"}[name],
                "noun": LISTS[name][1],
                "place": f"{self.address}/{name}",
                "rows": [(row[places.key_of(name)], title_of(row), _below(row)) for row in form.entry[name]],
            }
            for name in ("prompts", "criteria")
            if name in form.entry
        ]

    def _returned(self, request, reason: str, *, status: int):
        """It cannot be kept any more: what was typed comes back, to be copied."""
        typed = {name: value for name, value in request.POST.items() if value and name not in NOT_TYPED}
        context = {"cohort": self.cohort, "edition": self.edition, "typed": typed, "reason": reason}
        return render(request, "cohorts/setup_returned.html", context, status=status)

    def at(self, place) -> str:
        return reverse("cohorts:setup_part", args=[self.cohort.slug, self.edition.slug, "/".join(place)])

    def back(self, place) -> str:
        """Where one comes from: the part that this one belongs to, or the whole edition."""
        if place[:-2]:
            return self.at(place[:-2])
        anchor = place[0] if place else self.address
        return f"{reverse('cohorts:setup_edition', args=[self.cohort.slug, self.edition.slug])}#{anchor}"

    def _back_to(self) -> str:
        above = self.place[:-2]
        return title_of(places.entry(self.whole, above)) if above else "Set-up"


NOT_TYPED = {"csrfmiddlewaretoken", "was", "look"}


def title_of(part) -> str:
    """What people call an entry of the plain form; a letter or a reminder by its key, in words."""
    if "key" in part and not part.keys().isdisjoint({"subject", "letter"}):
        return part["key"].replace("-", " ").capitalize()
    return next((part[name] for name in ("title", "text", "subject", "key") if part.get(name)), "")


def _below(row) -> str:
    """The second line of a question or a rubric row in a list."""
    if "levels" in row:
        return " · ".join(level["label"] for level in row["levels"])
    count = len(row["criteria"])
    return f"{row['code']} · {count} rubric row{'' if count == 1 else 's'}"


def facts(form) -> list[tuple[str, str]]:
    """A part in words, for those who may only read it."""
    shown = []
    for field in form:
        value = form.initial.get(field.name)
        if value is True or value is False:
            value = "Yes" if value else "No"
        elif isinstance(value, list):
            value = ", ".join(value)
        shown.append((field.label, dict(getattr(field.field, "choices", ())).get(value, value)))
    return [(label, value) for label, value in shown if value not in (None, "")]


# Order, and taking out -----------------------------------------------------------------------------------------------
@require_POST
def move(request, cohort, edition):
    """One place up or down."""
    found = run_by_reader(request, cohort)
    used = used_by(found, edition)
    may_change(used).enforce()
    page = Part(found, used, request.POST.get("place", ""))
    steps = -1 if "up" in request.POST else 1
    try:
        name = title_of(places.entry(page.whole, page.place))
        editions.move(used, page.place, steps, by=request.user, sentence=f"Moved {page.noun}: {name}")
    except (Refused, LookupError):
        messages.error(request, f"This {page.noun} was removed meanwhile. Nothing was changed.")
    else:
        messages.success(request, f"“{name}” moved {'up' if steps < 0 else 'down'}.")
    return redirect(page.back(page.place))


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request, cohort, edition, place):
    """Ask once more, saying what goes with it; then take it out."""
    found = run_by_reader(request, cohort)
    used = used_by(found, edition)
    page = Part(found, used, place)
    may_change(used).enforce()
    try:
        gone = places.entry(page.whole, page.place) if page.place else None
    except LookupError:
        gone = None
    if not gone:
        raise Http404
    if request.method == "POST":
        try:
            editions.remove(used, page.place, by=request.user, sentence=f"Removed {page.noun}: {title_of(gone)}")
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"“{title_of(gone)}” is removed.")
        return redirect(page.back(page.place))
    context = {
        "cohort": found, "edition": used, "noun": page.noun, "title": title_of(gone), "place": place,
        "with_it": [f"{len(gone[name])} {noun}{'' if len(gone[name]) == 1 else 's'}"
                    for name, (_, noun) in LISTS.items() if gone.get(name)],
    }  # fmt: skip
    return render(request, "cohorts/setup_remove.html", context)


# As others see it ----------------------------------------------------------------------------------------------------
@require_safe
def as_applicant(request, cohort, edition):
    """The directions and the documents as somebody who has just joined would find them."""
    found = run_by_reader(request, cohort)
    used = used_by(found, edition)
    context = {
        "cohort": found,
        "edition": used,
        "sections": guidance.sections(used, activities.unmarked(used)),
        "documents": list(used.documents.all()),
    }
    return render(request, "cohorts/setup_as_applicant.html", context)


@require_safe
def template(request, cohort, edition, key):
    """The Word template of one document, with nobody's name in it."""
    used = used_by(run_by_reader(request, cohort), edition)
    document = get_object_or_404(specs.documents_of(used), key=key)
    name, content = specs.template_of(document)
    answer = HttpResponse(content, content_type=WORD)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer


@require_safe
def changes(request, cohort, edition):
    """What is not as it was in the edition before, and who changed what lately."""
    found = run_by_reader(request, cohort)
    used = used_by(found, edition)
    before = used.succeeds
    sections = editions.differences(editions.describe(before), editions.describe(used)) if before else []
    context = {
        "cohort": found,
        "edition": used,
        "before": before,
        "sections": sections,
        "latest": used.changes.select_related("by")[:A_PAGE],
    }
    return render(request, "cohorts/setup_changes.html", context)


# As files ------------------------------------------------------------------------------------------------------------
@require_safe
def archive(request, cohort, edition):
    """The edition as a ZIP of files that people can read and change."""
    used = used_by(run_by_reader(request, cohort), edition)
    answer = HttpResponse(editions.pack(used), content_type="application/zip")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{used.slug}.zip")
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def files(request, cohort, edition):
    """Bring an edition back as a ZIP: checked, compared, and only then kept."""
    found = run_by_reader(request, cohort)
    used = used_by(found, edition)
    form = ArchiveForm(request.POST or None, request.FILES or None)
    context = {"cohort": found, "edition": used, "form": form, "may_change": may_change(used)}
    if request.method == "POST" and form.is_valid():
        try:
            brought = editions.Brought.of(_unpacked(form.content), used)
        except editions.EditionFault as fault:
            context["faults"] = fault.faults
        except Refused as refusal:
            context["faults"] = [str(refusal)]
        else:
            if "keep" in request.POST:
                return _bring(request, found, brought)
            context |= {"brought": brought, "kept": form.as_text}
    return render(request, "cohorts/setup_files.html", context)


def _unpacked(content: bytes) -> dict:
    """The plain form of the edition in a ZIP, its reminders such as cohorts can have. Raises: EditionFault."""
    read = editions.unpack(content)
    if odd := list(filter(None, map(edition_rules.fault, read["reminders"]))):
        raise editions.EditionFault(odd)
    return read


def _bring(request, cohort: Cohort, brought):
    try:
        made = brought.keep(by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("cohorts:setup_files", cohort=cohort.slug, edition=brought.beside.slug)
    if brought.is_new:
        messages.success(request, f"“{made}” is here. Choose it when you prepare a cohort.")
        return redirect("cohorts:setup_edition", cohort=cohort.slug, edition=brought.beside.slug)
    messages.success(request, f"“{made}” is as the files say.")
    return redirect("cohorts:setup_edition", cohort=cohort.slug, edition=made.slug)
