"""One small world in which every address of the site leads somewhere, and a person for every role."""

from dataclasses import dataclass
from datetime import timedelta

from badges import awards
from badges.models import Award
from cohorts import importing, records
from cohorts.models import CalendarFeed, Cohort
from microcred import notices
from microcred.models import Message, User
from reviews import concerns, conflicts, decisions, writing
from reviews.exports import jobs
from reviews.models import Decision, SavedComment
from submissions.models import CleanCopy, Receipt, Submission, Version
from submissions.states import State
from tests.support import calibrating, factories
from tests.support.reviewing import assigned, reviewed, started
from tests.support.submitting import AFTER_ALL, submission_in

ROLES = (
    "anonymous",
    "applicant",
    "other_applicant",
    "reviewer",
    "other_reviewer",
    "admin",
    "other_admin",
    "operator",
)


@dataclass
class World:
    """Ada was asked for a revision, Ben reads what Bea wrote, Cleo leads, Dan leads elsewhere, Ron reads nothing.

    Two others differ on what Cai wrote; Ben settles it.
    """

    people: dict[str, User]
    cohort: Cohort
    asked: Submission
    in_review: Submission
    apart: Submission
    values: dict[str, object]

    @classmethod
    def at_the_desk(cls, clock) -> "World":
        clock(AFTER_ALL)
        cleo, ben = factories.person("Cleo", "Lead"), factories.person("Ben", "Reader")
        cohort = factories.cohort(opened_by=cleo)
        factories.staff(cohort, cleo, "admin")
        factories.staff(cohort, ben, "reviewer")
        ada, bea = factories.person("Ada", "Ward"), factories.person("Bea", "Lund")
        asked = submission_in(State.SUBMITTED, cohort=cohort, person=ada)
        reviewed(asked, ben, ranks={1: 2})
        decided = decisions.decide(asked, by=cleo, outcome=Decision.Outcome.REVISE)
        decisions.release(decided, by=cleo)
        in_review = submission_in(State.SUBMITTED, cohort=cohort, person=bea)
        started(assigned(in_review, ben))
        factories.staff(cohort, ben, "second_reader")
        apart = submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Cai", "Moss"))
        for name, ranks in (("Una", {}), ("Vic", {1: 1})):
            reviewed(apart, factories.person(name, "Reader"), ranks=ranks)
        ron, dan = factories.person("Ron", "Idle"), factories.person("Dan", "Elsewhere")
        factories.staff(cohort, ron, "reviewer")
        factories.staff(factories.cohort(), dan, "admin")
        people = {
            "applicant": ada, "other_applicant": bea, "reviewer": ben, "other_reviewer": ron, "admin": cleo,
            "other_admin": dan, "operator": factories.person("Olga", "Root", is_superuser=True, is_staff=True),
        }  # fmt: skip
        clock(AFTER_ALL + timedelta(hours=2))
        cls._samples(cohort, cleo, ben)
        return cls(people, cohort, asked, in_review, apart, {})

    @staticmethod
    def _samples(cohort: Cohort, cleo: User, ben: User) -> None:
        """The cohort asks for the first one, which Ben has tried in vain; the second is a draft."""
        sample = calibrating.published(cohort.edition, by=cleo)
        calibrating.draft(cohort.edition, by=cleo, title="Sample B")
        cohort.calibration_percent = 80
        cohort.save(update_fields=["calibration_percent"])
        calibrating.attempted(sample, ben, cohort, ranks={1: 1})

    def person(self, role: str) -> User:
        return self.people[role]

    def address(self, route: str, pattern) -> str:
        """The address of `route`, with what stands in this world for each of its parts."""
        from django.urls import reverse

        return reverse(route, kwargs={part: self._part(route, part) for part in pattern.pattern.converters})

    def _part(self, route: str, part: str) -> object:
        special = {
            ("submissions:receipt", "ref"): lambda: Receipt.objects.filter(submission=self.asked).latest("pk").ref,
            ("submissions:version", "number"): lambda: 1,
            ("submissions:use_again", "number"): lambda: 1,
            ("reviews:delete_comment", "pk"): self._comment,
            ("reviews:correct_letter", "number"): lambda: self.asked.number,
            ("reviews:correct_letter", "pk"): self._letter,
            ("reviews:correction_mail", "number"): lambda: self.asked.number,
            ("reviews:correction_mail", "pk"): self._letter,
            ("reviews:said", "number"): lambda: self.asked.number,
            ("reviews:said", "round_number"): lambda: 1,
            ("reviews:edit_comment", "pk"): self._comment,
            ("reviews:share_comment", "pk"): self._comment,
            ("reviews:remove_conflict", "pk"): lambda: self._conflict("other_reviewer"),
            ("reviews:concern", "pk"): self._concern,
            ("reviews:match_concern", "pk"): self._concern,
            ("reviews:set_aside_concern", "pk"): self._concern,
            ("reviews:remove_own_conflict", "pk"): lambda: self._conflict("reviewer"),
            ("reviews:strike_note", "pk"): self._note,
            ("cohorts:check_import", "ref"): self._import,
            ("cohorts:import_columns", "ref"): self._import,
            ("cohorts:confirm_import", "ref"): self._import,
            ("cohorts:import_result", "ref"): lambda: self._import(is_done=True),
            ("cohorts:undo_import", "ref"): lambda: self._import(is_done=True),
            ("cohorts:mail", "pk"): lambda: Message.objects.filter(cohort_slug=self.cohort.slug).latest("pk").pk,
            ("notices", "token"): lambda: notices.address(self.people["applicant"].pk).rstrip("/").rpartition("/")[2],
            ("cohorts:activity", "key"): lambda: "video",
            ("cohorts:setup_template", "key"): lambda: "growth-plan",
            ("cohorts:leave_staff", "pk"): lambda: self.cohort.staff.get(person=self.people["other_reviewer"]).pk,
            ("cohorts:switch", "role"): lambda: "applicant",
            ("cohorts:save_account", "section"): lambda: "names",
            ("reviews:sample_result", "attempt"): lambda: 1,
            ("reviews:sample", "number"): lambda: 1,
            ("reviews:sample_result", "number"): lambda: 1,
            ("reviews:save_sample_row", "number"): lambda: 1,
            ("reviews:retire_sample", "number"): lambda: 1,
            ("reviews:agreeing", "number"): lambda: 2,
            ("reviews:sample_file", "number"): lambda: 2,
            ("reviews:discard_sample", "number"): lambda: 2,
            ("reviews:export", "ref"): self._export,
            ("reviews:export_again", "ref"): self._export,
            ("reviews:export_file", "ref"): self._export,
            ("badges:status_list", "slug"): lambda: self._award().edition.badge.program.slug,
            ("badges:status_list", "number"): lambda: 1,
        }
        if part == "edition":
            return self._open_to_change()
        if part == "place":
            return "documents/growth-plan"
        if found := special.get((route, part)):
            return found()
        if route.startswith("submissions:") and part == "pk":
            return Version.objects.filter(document__submission=self.asked).latest("pk").pk
        if route.startswith("badges:award") or route == "badges:visibility":
            return self._award().ref
        if route.startswith("badges:edition"):
            return self._award().edition.slug
        if route.startswith("cohorts:") and part == "number":
            return 3
        if route.startswith("reviews:") and part == "number" and ("settl" in route or "second_reader" in route):
            return self.apart.number
        if route.startswith("reviews:") and part == "number":
            return self.asked.number if "decision" in route or route == "reviews:letter" else self.in_review.number
        return {
            "cohort": lambda: self.cohort.slug,
            "award": lambda: self._award().ref,
            "slot": lambda: "reflection-guide",
            "to": lambda: "growth-plan",
            "token": lambda: self.asked.enrollment.invitation,
            "secret": self._secret,
            "ref": lambda: self.asked.enrollment.ref,
            "question": lambda: 1,
            "slug": lambda: self.cohort.edition.slug,
            "key": lambda: self._reminder(),
            "batch": self._written,
            "mark": self._picture,
            "uidb36": lambda: "1",
        }[part]()

    def _open_to_change(self) -> str:
        """An edition of the cohort for which nobody has been given a badge."""
        if not self.cohort.attendance_edition:
            self.cohort.attendance_edition = factories.edition()
            self.cohort.save(update_fields=["attendance_edition"])
        return self.cohort.attendance_edition.slug

    def _letter(self) -> int:
        """One that went out; 0 before any has."""
        return Decision.objects.released().filter(submission=self.asked).values_list("pk", flat=True).first() or 0

    def _written(self) -> str:
        """A letter that waits for tomorrow."""
        [who] = writing.addressed(self.cohort.enrollments.filter(pk=self.asked.enrollment_id), self.cohort)
        draft = writing.Draft(self.cohort, "tomorrow", "Hello", "Dear {{ first_name }}", AFTER_ALL + timedelta(days=1))
        if not self.cohort.written_letters.exists():
            writing.send(draft, [who], by=self.people["admin"])
        return draft.batch

    def _secret(self) -> str:
        return CalendarFeed.objects.get_or_create(person=self.people["applicant"])[0].secret

    def _import(self, *, is_done=False) -> str:
        """Somebody new, somebody who is in the cohort, and somebody of their name."""
        cleo, ada = self.people["admin"], self.people["applicant"]
        number = self.cohort.imports.count()
        rows = f"{ada.email},Ward,Ada,CESA 4\nada@example.org,Ward,Ada,\nnew{number}@example.org,New{number},Nia,\n"
        begun = importing.begin(self.cohort, rows, by=cleo)
        if is_done:
            importing.finish(begun, by=cleo, seen=importing.look(begun, by=cleo).fingerprint)
        return begun.ref

    def _picture(self) -> str:
        """A mark of which every copy is said to hold a picture."""
        CleanCopy.objects.update(pictures={"0badcafe": {"type": "image/png", "begins": 0, "size_bytes": 1}})
        return "0badcafe"

    def _comment(self) -> int:
        ben = self.people["reviewer"]
        return SavedComment.objects.create(cohort=self.cohort, person=ben, title="Evidence", text="Name it.").pk

    def _note(self) -> int:
        return records.note(self.asked.enrollment, "Moved house.", by=self.people["admin"]).pk

    def _conflict(self, of: str) -> int:
        person = self.people[of]
        declared, _ = conflicts.declare(self.cohort, person, kind="employer", organization="Elsewhere", by=person)
        return declared.pk

    def _concern(self) -> int:
        enrollment = self.in_review.enrollment
        told = enrollment.concerns.first() or concerns.tell(enrollment, about="My aunt", kind="relative")
        return told.pk

    def _export(self) -> str:
        """A roster that the admin asked for, made."""
        export = jobs.ask(self.cohort, kind="roster", form="csv", by=self.people["admin"])
        jobs.make(export)
        return export.ref

    def _award(self) -> Award:
        ada = self.people["applicant"]
        return awards.issue(
            self.cohort.edition, person=ada, name=ada.badge_name, by=self.people["admin"], grounds={}, at=AFTER_ALL
        )

    def _reminder(self) -> str:
        rule, _ = self.cohort.reminders.get_or_create(
            key="two-weeks", event_kind="evidence_due", days=-14, at="09:00", audience="not_submitted",
            defaults={"subject": "Two weeks", "body": "Dear {{ first_name }}"},
        )  # fmt: skip
        return rule.key
