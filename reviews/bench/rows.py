"""The rows of a benchmark's submissions, written in bulk as the workflow would have left them.

Nobody made this history: a demo walks the real workflow, a benchmark needs its outcome by the thousand.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape

from django.db.models import Max, OuterRef, Subquery

from badges.models import Activity, Criterion, RequiredDocument
from badges.names import canonical_stem
from cohorts.models import ActivityMark, Attendance, CalendarFeed, Cohort, Enrollment, Event
from microcred.models import User
from reviews.bench import cohort as term
from reviews.bench import people
from reviews.bench.shares import Progress, Reading, Share
from reviews.demo.evidence import words
from reviews.models import Assignment, Decision, Review, Score
from submissions.models import Answer, CleanCopy, Document, Finding, Receipt, Round, Submission, Version, WorkflowEvent
from submissions.states import State
from submissions.workflow import reference

DAY = timedelta(days=1)
SENTENCES = 3  # of about 33 words each
STARTED_ROWS = 3  # rows that are scored in a review just begun
ADVICE_EVERY = 4  # of so many documents, one has a remark
BELOW_EVERY = 7  # of so many scores, one is below the passing level
MOVES = {
    State.SUBMITTED: ("submit",),
    State.RETURNED: ("submit", "return_incomplete"),
    State.IN_REVIEW: ("submit", "start_review"),
    State.DECIDED: ("submit", "start_review", "decide"),
}
TARGETS = {
    "submit": State.SUBMITTED,
    "return_incomplete": State.RETURNED,
    "start_review": State.IN_REVIEW,
    "decide": State.DECIDED,
}


class Press:
    """Prints rows for shares: everything that all of them have in common is read once."""

    def __init__(self, cohort: Cohort, staff: term.Staff, *, at: datetime) -> None:
        self.cohort, self.staff, self.at = cohort, staff, at
        self.first_number = (Submission.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        edition = cohort.edition
        self.required: list[RequiredDocument] = list(edition.documents.prefetch_related("prompts"))
        self.criteria = list(
            Criterion.objects.filter(document__edition=edition, document__is_scored=True)
            .prefetch_related("levels")
            .order_by("document__position", "position")
        )
        self.own_word: list[Activity] = list(edition.activities.filter(document=None, is_required=True))
        self.held = list(cohort.events.meetings().filter(ends_at__lt=at))
        self.competency = edition.competencies.first()
        self.texts: dict[tuple[int, int], str] = {}

    def write(self, shares: Sequence[Share]) -> None:
        """All rows of these shares. Queries: some for each kind of row, whatever their number."""
        enrollments = self._enrollments(shares)
        submissions = self._submissions(shares, enrollments)
        self._presence(shares, enrollments)
        versions = self._documents(shares, submissions, enrollments)
        self._moves(shares, submissions, versions)
        self._readings(shares, submissions)
        Decision.objects.bulk_create(
            self._decision(submission)
            for share, submission in zip(shares, submissions, strict=True)
            if share.state == State.DECIDED
        )

    def finish(self) -> None:
        """Each slot points to its version, in one statement."""
        newest = Version.objects.filter(document=OuterRef("pk")).order_by("-number")
        Document.objects.filter(submission__enrollment__cohort=self.cohort).update(
            current=Subquery(newest.values("pk")[:1])
        )

    # People -----------------------------------------------------------------------------------------------------------
    def _enrollments(self, shares: Sequence[Share]) -> list[Enrollment]:
        slug, invited_at = self.cohort.slug, self.at - 90 * DAY
        who = User.objects.bulk_create(
            term.person(slug, "", share.number, at=self.at - share.number % 20 * DAY) for share in shares
        )
        CalendarFeed.objects.bulk_create(
            CalendarFeed(person=one, secret=term.token(slug, "feed", one.email)) for one in who
        )
        return Enrollment.objects.bulk_create(
            Enrollment(
                cohort=self.cohort, person=one, organization=people.organization(share.number),
                ref=term.token(slug, "ref", share.number, length=10),
                invitation=term.token(slug, "invitation", share.number),
                invited_at=invited_at, invited_by=self.staff.admins[0], joined_at=invited_at + 2 * DAY,
            )
            for share, one in zip(shares, who, strict=True)
        )  # fmt: skip

    def _presence(self, shares: Sequence[Share], enrollments: Sequence[Enrollment]) -> None:
        """What they ticked off, and the meetings that they came to."""
        pairs = list(zip(shares, enrollments, strict=True))
        ActivityMark.objects.bulk_create(
            ActivityMark(enrollment=one, activity=activity, done_at=self.at - (80 - 6 * n - share.number % 10) * DAY)
            for share, one in pairs
            for n, activity in enumerate(self.own_word[: 4 + share.number % (len(self.own_word) - 3)])
        )
        Attendance.objects.bulk_create(
            self._attendance(share, one, meeting) for share, one in pairs for meeting in self.held
        )

    def _attendance(self, share: Share, enrollment: Enrollment, meeting: Event) -> Attendance:
        away = (share.number + meeting.number) % 9 == 0
        return Attendance(
            event=meeting, enrollment=enrollment, recorded_at=meeting.ends_at, recorded_by=self.staff.admins[0],
            status=Attendance.Status.EXCUSED if away else Attendance.Status.HERE,
            minutes=None if away else 75 + share.number % 15,
        )  # fmt: skip

    # Submissions ------------------------------------------------------------------------------------------------------
    def _submitted_at(self, share: Share) -> datetime:
        return self.at - (4 + share.number % 14) * DAY - timedelta(minutes=share.number % 600)

    def _submissions(self, shares: Sequence[Share], enrollments: Sequence[Enrollment]) -> list[Submission]:
        level = self.cohort.edition.badge.level
        numbered = [(self.first_number + share.number, share) for share in shares]
        submissions = Submission.objects.bulk_create(
            Submission(
                enrollment=enrollment, number=number, reference=reference(level, number), state=share.state,
                competency=self.competency,
            )
            for (number, share), enrollment in zip(numbered, enrollments, strict=True)
        )  # fmt: skip
        Round.objects.bulk_create(
            self._round(share, submission) for share, submission in zip(shares, submissions, strict=True)
        )
        return submissions

    def _round(self, share: Share, submission: Submission) -> Round:
        handed_in_at = self._submitted_at(share)
        returned = share.state == State.RETURNED
        opened = share.state in (State.IN_REVIEW, State.DECIDED)
        return Round(
            submission=submission, number=1, opened_at=self.at - 88 * DAY,
            due_on=(self.at + 7 * DAY).date() if returned else None,
            submitted_at=None if returned else handed_in_at,
            frozen_at=handed_in_at + DAY if opened else None,
        )  # fmt: skip

    def _documents(self, shares, submissions, enrollments) -> dict[int, list[Version]]:
        """Slots with one version each, its answers and its remarks; versions come back by submission."""
        documents = Document.objects.bulk_create(
            Document(submission=submission, required=required)
            for submission in submissions
            for required in self.required
        )
        whose = [(share, one.person) for share, one in zip(shares, enrollments, strict=True) for _ in self.required]
        versions = Version.objects.bulk_create(
            self._version(share, person, document) for (share, person), document in zip(whose, documents, strict=True)
        )
        CleanCopy.objects.bulk_create(map(self._copy, versions))
        remarked = [version for version in versions if version.verdict == Version.Verdict.ADVICE]
        Finding.objects.bulk_create(map(self._remark, remarked))
        Answer.objects.bulk_create(
            answer
            for (share, _), version in zip(whose, versions, strict=True)
            for answer in self._answers(share.number, version)
        )
        found: dict[int, list[Version]] = {submission.pk: [] for submission in submissions}
        for version in versions:
            found[version.document.submission_id].append(version)
        return found

    def _version(self, share: Share, person: User, document: Document) -> Version:
        required, arrived_at = document.required, self._submitted_at(share) - timedelta(hours=2)
        last, first = person.file_names
        sha256 = term.token(self.cohort.slug, share.number, required.key, length=64)
        has_remark = (share.number + required.position) % ADVICE_EVERY == 0
        name = f"{canonical_stem(last, first, required.title)}.docx"
        return Version(
            document=document, number=1, received_name=name, canonical_name=name,
            file=f"bench/{sha256[:2]}/{sha256[:40]}.bin", size_bytes=30_000 + share.number % 20_000, sha256=sha256,
            arrived_at=arrived_at, added_by=person, checked_at=arrived_at + timedelta(seconds=3), tries=1,
            verdict=Version.Verdict.ADVICE if has_remark else Version.Verdict.READY,
            words=self._words_of(share.number, required), seconds=0.4, peak_mib=24.0,
        )  # fmt: skip

    def _copy(self, version: Version) -> CleanCopy:
        return CleanCopy(
            version=version, file=version.file.name, size_bytes=version.size_bytes, sha256=version.sha256,
            is_nameless=True, made_at=version.checked_at,
        )  # fmt: skip

    def _words_of(self, number: int, required: RequiredDocument) -> int:
        return sum(len(self._text(number, prompt.number).split()) for prompt in required.prompts.all())

    def _remark(self, version: Version) -> Finding:
        return Finding(
            version=version, position=1, code="open.tracked", level=Version.Verdict.ADVICE,
            sentence="Tracked changes are on. Reviewers will see the final text",
        )  # fmt: skip

    def _answers(self, number: int, version: Version) -> Iterator[Answer]:
        for prompt in version.document.required.prompts.all():
            text = self._text(number, prompt.number)
            yield Answer(
                version=version, prompt=prompt, text=text, html=f"<p>{escape(text)}</p>", words=len(text.split()),
                found_by="tag",
            )  # fmt: skip

    def _text(self, number: int, question: int) -> str:
        """About a hundred words; of each question there are as many texts as places and teams."""
        stock, places, teams = words()["answers"], words()["places"], words()["teams"]
        key = (number % (len(places) * len(teams)), question)
        if key not in self.texts:
            pools = [stock[(question - 1 + n) % len(stock)] for n in range(SENTENCES)]
            said = " ".join(pool[(key[0] + n) % len(pool)] for n, pool in enumerate(pools))
            self.texts[key] = said.format(place=places[key[0] % len(places)], team=teams[key[0] % len(teams)])
        return self.texts[key]

    # What happened to them --------------------------------------------------------------------------------------------
    def _moves(self, shares, submissions, versions: dict[int, list[Version]]) -> None:
        pairs = list(zip(shares, submissions, strict=True))
        WorkflowEvent.objects.bulk_create(event for pair in pairs for event in self._events(*pair))
        Receipt.objects.bulk_create(
            Receipt(
                ref=submission.reference, submission=submission, round_number=1,
                received_at=self._submitted_at(share), files=list(map(self._proof, versions[submission.pk])),
            )
            for share, submission in pairs
        )  # fmt: skip

    def _events(self, share: Share, submission: Submission) -> Iterator[WorkflowEvent]:
        source, handed_in_at = State.DRAFT, self._submitted_at(share)
        actors = {"submit": submission.enrollment.person, "start_review": None}
        for days, move in enumerate(MOVES[share.state]):
            yield WorkflowEvent(
                submission=submission, move=move, source=source, target=TARGETS[move], round_number=1,
                actor=actors.get(move, self.staff.admins[0]), at=handed_in_at + days * DAY,
                why="The last page is missing." if move == "return_incomplete" else "",
            )  # fmt: skip
            source = TARGETS[move]

    def _proof(self, version: Version) -> dict:
        required = version.document.required
        return {
            "title": required.title, "short_title": required.short_title, "name": version.filed_as,
            "received_name": version.received_name, "version": version.number, "size_bytes": version.size_bytes,
            "sha256": version.sha256, "arrived_at": version.arrived_at.isoformat(),
        }  # fmt: skip

    # Reviews ----------------------------------------------------------------------------------------------------------
    def _readings(self, shares, submissions) -> None:
        """Assignments, the reviews that were begun, and their scores."""
        read = [
            (share, reading, submission)
            for share, submission in zip(shares, submissions, strict=True)
            for reading in share.readings
        ]
        assignments = Assignment.objects.bulk_create(
            Assignment(
                submission=submission, round_number=1, reviewer=self.staff.reviewers[reading.reader],
                assigned_at=self._submitted_at(share) + DAY / 2, assigned_by=self.staff.admins[0],
            )
            for share, reading, submission in read
        )  # fmt: skip
        begun = [
            (share, reading, assignment)
            for (share, reading, _), assignment in zip(read, assignments, strict=True)
            if reading.progress != Progress.WAITING
        ]
        reviews = Review.objects.bulk_create(self._review(*each) for each in begun)
        Score.objects.bulk_create(
            score
            for (share, reading, _), review in zip(begun, reviews, strict=True)
            for score in self._scores(share, reading, review)
        )

    def _review(self, share: Share, reading: Reading, assignment: Assignment) -> Review:
        started_at = self._submitted_at(share) + DAY + timedelta(hours=reading.reader)
        is_finished = reading.progress == Progress.FINISHED
        finished_at = started_at + timedelta(minutes=40) if is_finished else None
        return Review(assignment=assignment, started_at=started_at, finished_at=finished_at)

    def _scores(self, share: Share, reading: Reading, review: Review) -> Iterator[Score]:
        is_finished = reading.progress == Progress.FINISHED
        for n, criterion in enumerate(self.criteria if is_finished else self.criteria[:STARTED_ROWS]):
            levels = sorted(criterion.levels.all(), key=lambda level: level.rank)
            is_below = share.state != State.DECIDED and (share.number + n) % BELOW_EVERY == 0
            yield Score(
                review=review, criterion=criterion, version=1,
                level=levels[0] if is_below else next(level for level in levels if level.is_passing),
                comment="Name the evidence: a date, a record, or what somebody saw." if is_below else "",
                saved_at=review.started_at + timedelta(minutes=4 * (n + 1)),
            )  # fmt: skip

    def _decision(self, submission: Submission) -> Decision:
        return Decision(
            submission=submission, round_number=1, outcome=Decision.Outcome.AWARD, made_at=self.at - DAY / 2,
            made_by=self.staff.admins[0], subject="Your badge is awarded",
            letter="Your work meets every row of the rubric.",
        )  # fmt: skip
