"""The script played with the product: by the verbs that people's pages call, the clock held at every step.

The sweeps run with every deed and whenever else they are told to. Files are a line of text each, which the check is
told to accept; a PDF it looks at itself.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from unittest.mock import patch

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.module_loading import import_string

from badges import editions
from badges.models import Edition
from cohorts import attending, bounces, correcting, extending, invitations, opening, reminder_rules, scheduling
from cohorts.models import Attendance, Cohort, Enrollment, Event, StaffMembership
from microcred import bounces as returned_mail
from microcred import clock, notices
from microcred.models import User
from reviews import agreement, another_reader, assigning, awarding, decisions, scoring, settling
from reviews.models import Assignment, Decision
from submissions import checking, checks, uploads, workflow
from submissions.checks import contract
from submissions.models import Document, Submission, Version
from submissions.slots import slots_of
from tests.support import factories
from tests.terms.script import ZONE, Applicant, Script, day, instant

LIBRARY = Path(settings.BASE_DIR) / "badges" / "library"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
SAYS = "Add two or three specific actions of your team."
OUTCOMES = {
    "award": Decision.Outcome.AWARD, "revise": Decision.Outcome.REVISE, "not awarded": Decision.Outcome.NOT_AWARDED,
}  # fmt: skip
ON_THE_HOUR = ("check what waits",)  # what takes its time: who added a file has left the page by then
NO_MAIL = ("make missing copies", "remove cut uploads")


class Play:
    """The script's people and their cohort; `play` goes through the whole term."""

    def __init__(self, script: Script) -> None:
        self.script = script
        with clock.fixed(instant("08-28 08:00")):
            self._set_up()

    def play(self, ticks: Iterable[datetime]) -> None:
        deeds = list(self.script.everything())
        with _files_taken_at_their_word():
            for at in sorted(ticks):
                with clock.fixed(at):
                    while deeds and deeds[0][0].at == at:
                        deed, who = deeds.pop(0)
                        getattr(self, deed.verb)(*([who] if who else []), **deed.about)
                    sweep(is_full=at.minute == 0)

    # Before the term -------------------------------------------------------------------------------------------------
    def _set_up(self) -> None:
        editions.load_all(LIBRARY)
        self.admin = self._staff_person("admin@example.org")
        kinds = Event.Kind
        self.cohort = opening.create(
            Edition.objects.get(slug="l2-practice"), by=self.admin,
            dates={kinds(kind): on for kind, on in self.script.dates.items()},
            attendance_edition=Edition.objects.get(slug="l2-shared-learning"), name="Fall 2023", slug="fall-2023-l2",
            team_email="fall-2023@example.org", second_read_percent=0, second_read_near_rows=0,
        )  # fmt: skip
        Event.objects.create(
            cohort=self.cohort, kind=kinds.REVISIONS_DUE, title="Revisions due", on=self.script.dates["revisions_due"]
        )
        for number, on in self.script.meetings.items():
            Event.objects.create(
                cohort=self.cohort, kind=kinds.MEETING, number=number, title=f"Community of Practice {number}", on=on,
                starts=time(16), ends=time(17, 30), where="https://meet.example.org/level-2", host=self.admin,
            )  # fmt: skip
        self._add_staff(self._staff_person("director@example.org"), StaffMembership.Role.DIRECTOR)
        self.readers = {first: self._staff_person(one.email) for first, one in self.script.reviewers.items()}
        for person in self.readers.values():
            self._add_staff(person, StaffMembership.Role.REVIEWER)
        self._add_staff(self.readers["Marcus"], StaffMembership.Role.SECOND_READER)
        opening.open_cohort(self.cohort, by=self.admin)
        self.cohort = Cohort.objects.select_related("edition__badge").get(pk=self.cohort.pk)
        self.roster = {who.last: self._listed(who) for who in self.script.applicants}

    def _listed(self, who: Applicant) -> int:
        person = factories.person(who.first, who.last, zone="")
        return factories.enrollment(self.cohort, person, joined_at=None).pk

    def _staff_person(self, email: str) -> User:
        about = next(one for one in self.script.demo["staff"] if one["email"] == email)
        return factories.person(about["first"], about["last"], email=email, zone=about.get("zone", ZONE))

    def _add_staff(self, person: User, role: str) -> None:
        """Nobody has room for more than the script gives them, so that no reader is chosen by the product."""
        StaffMembership.objects.create(cohort=self.cohort, person=person, role=role, takes_up_to=1)

    def _of(self, who: Applicant) -> Enrollment:
        return Enrollment.objects.select_related("person", "cohort__edition__badge", "extended_by").get(
            pk=self.roster[who.last]
        )

    def _work(self, who: Applicant) -> Submission:
        return Submission.objects.select_related("enrollment__cohort__edition__badge", "enrollment__person").get(
            enrollment=self.roster[who.last]
        )

    # What applicants do ----------------------------------------------------------------------------------------------
    def joins(self, who: Applicant) -> None:
        enrollment = self._of(who)
        invitations.join(
            enrollment, enrollment.person, name_on_badge=enrollment.person.full_name, last_name=who.last,
            first_name=who.first, zone=who.zone,
        )  # fmt: skip
        workflow.begin(enrollment)

    def adds(self, who: Applicant, key: str, *, content: bytes | None = None, name: str = "My work.docx"):
        document = Document.objects.get(submission__enrollment=self.roster[who.last], required__key=key)
        words = content or f"{who.first} {who.last}, {key}, {clock.now()}".encode()
        person = document.submission.enrollment.person
        return uploads.receive(document, SimpleUploadedFile(name, words), by=person, arrived_at=clock.now())

    def adds_pdf(self, who: Applicant) -> None:
        self.adds(who, "growth-plan", content=PDF, name="Growth Plan.pdf")

    def replaces(self, who: Applicant, key: str) -> None:
        checking.check(self.adds(who, key))

    def submits(self, who: Applicant) -> None:
        """Adds what is missing, and presses the button."""
        for slot in slots_of(self._work(who)):
            if slot.blocks:
                self.replaces(who, slot.required.key)
        submission = self._work(who)
        workflow.submit(submission, by=submission.enrollment.person, at=clock.now())

    revises = submits

    def cannot_come(self, who: Applicant, meeting: str) -> None:
        attending.cannot_come(self._of(who), self._meeting(meeting))

    def wants_none(self, who: Applicant) -> None:
        notices.choose(self._of(who).person, meetings=False)

    def leaves(self, who: Applicant) -> None:
        workflow.withdraw(self._work(who), by=self._of(who).person)

    def comes_back(self, who: Applicant) -> None:
        workflow.reinstate(self._work(who), by=self._of(who).person)

    def bounces(self, who: Applicant) -> None:
        returned_mail.keep(returned_mail.Failure(self._of(who).person.email, "550 5.1.1 No such mailbox", None))
        bounces.ask_for_help()

    # What the team does about one of them ----------------------------------------------------------------------------
    def is_corrected(self, who: Applicant) -> None:
        enrollment = self._of(who)
        person = enrollment.person
        correcting.correct(
            enrollment, first_name=person.first_name, last_name=person.last_name, email=f"new.{person.email}",
            organization="", by=self.admin,
        )  # fmt: skip

    def is_invited(self, who: Applicant) -> None:
        invitations.invite([self._of(who)], by=self.admin)

    def gets_until(self, who: Applicant, **about: str) -> None:
        extending.extend([self._of(who)], until=day(about["day"]), because="By telephone.", by=self.admin)

    def is_sent_back(self, who: Applicant) -> None:
        workflow.return_incomplete(self._work(who), by=self.admin, why="The last page is missing.")

    def is_given(self, who: Applicant, reader: str) -> None:
        assigning.assign(self._work(who), self.readers[reader], by=self.admin)

    def needs_another(self, who: Applicant) -> None:
        another_reader.ask(self._work(who), why="Close to the line.", by=self.admin)

    def is_decided(self, who: Applicant, outcome: str, out: str, **about: str) -> None:
        until = day(about["day"]) if "day" in about else None
        made = decisions.decide(self._work(who), by=self.admin, outcome=OUTCOMES[outcome], due_on=until)
        decisions.schedule([made], at=instant(out), by=self.admin)

    def is_appealed(self, who: Applicant) -> None:
        workflow.appeal(self._work(who), by=self.admin, why="A page was overlooked.")

    # What reviewers do -----------------------------------------------------------------------------------------------
    def _assignment(self, who: Applicant, reader: str) -> Assignment:
        own = Assignment.objects.of(self.readers[reader]).of_the_last_round().with_submission()
        return own.get(submission__enrollment=self.roster[who.last])

    def is_read(self, who: Applicant, reader: str, rows: str = "0", far: str = "") -> None:
        assignment = self._assignment(who, reader)
        review = scoring.start(assignment, by=assignment.reviewer)
        entries = []
        for place, (_, row, _) in enumerate(scoring.rows_of(review)):
            levels = sorted(row.levels.all(), key=lambda level: -level.rank)
            level = levels[(2 if far else 1) if place < int(rows) else 0]
            entries.append(scoring.Entry(row, level, comment=SAYS))
        scoring.save_all(review, entries)
        scoring.finish(review, by=assignment.reviewer)

    def is_handed_back(self, who: Applicant, reader: str) -> None:
        scoring.hand_back(self._assignment(who, reader), kind="knows", note="", by=self.readers[reader])

    def is_settled(self, who: Applicant, reader: str) -> None:
        assignment = self._assignment(who, reader)
        review = scoring.start(assignment, by=assignment.reviewer)
        rows = agreement.of(self._work(who)).disputed
        best = [(one.criterion, max(one.criterion.levels.all(), key=lambda level: level.rank)) for one in rows]
        entries = [scoring.Entry(row, level, comment=SAYS, private_note="The guide names both.") for row, level in best]
        scoring.save_all(review, entries)
        settling.settle(self._assignment(who, reader), by=assignment.reviewer)

    # What the team does ----------------------------------------------------------------------------------------------
    def invites(self) -> None:
        invitations.invite(self.cohort.enrollments.select_related("person", "cohort"), by=self.admin)

    def invites_again(self) -> None:
        waiting = self.cohort.enrollments.filter(joined_at=None).select_related("person", "cohort")
        invitations.invite(waiting, by=self.admin)

    def _meeting(self, number: str) -> Event:
        return Event.objects.select_related("cohort__edition").get(cohort=self.cohort, kind="meeting", number=number)

    def marks(self, meeting: str) -> None:
        event, away = self._meeting(meeting), [self.roster[last] for last in self.script.stays_away]
        here = attending.expected(event).exclude(pk__in=away).values_list("pk", flat=True)
        attending.record(event, dict.fromkeys(here, attending.Mark(Attendance.Status.HERE, 85)), by=self.admin)

    def moves(self, meeting: str, **about: str) -> None:
        event = self._meeting(meeting)
        event.on = day(about["day"])
        scheduling.change(event)

    def cancels(self, meeting: str) -> None:
        scheduling.cancel(self._meeting(meeting), by=self.admin)

    def pauses(self) -> None:
        reminder_rules.pause(self.cohort, by=self.admin)

    def resumes(self) -> None:
        reminder_rules.resume(self.cohort)

    def gives_badges(self) -> None:
        awarding.issue_attendance_awards(self.cohort, by=self.admin)


def sweep(*, is_full: bool) -> None:
    """What beat would start, in this process; what the others owe leaves at once."""
    left_out = NO_MAIL if is_full else (*NO_MAIL, *ON_THE_HOUR)
    due = [entry["task"] for name, entry in settings.CELERY_BEAT_SCHEDULE.items() if name not in left_out]
    for task in sorted(due, key=lambda name: name.endswith("send_owed")):
        import_string(task)()


@contextmanager
def _files_taken_at_their_word() -> Iterator[None]:
    """Every file is what it should be, but for a PDF."""
    looked_at = checking._found_in

    def found_in(version: Version) -> contract.Examination:
        is_misfit = version.received_name.endswith(".pdf")
        return looked_at(version) if is_misfit else contract.Examination(contract.READY, ())

    with patch.object(checking, "_found_in", found_in), patch.object(checks, "examine", checks.examine_here):
        yield
