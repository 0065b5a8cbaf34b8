"""People and things for tests, without surprises. States are reached by the real workflow, not built here."""

from datetime import date, time
from itertools import count

from badges.models import Activity, Badge, Criterion, Edition, Letter, Level, Program, Prompt, RequiredDocument
from cohorts.models import Cohort, Enrollment, Event, StaffMembership
from microcred import clock
from microcred.models import User

_numbers = count(1)
LETTERS = (
    "invitation receipt receipt-late revised-received file-needs-fixing reminder-two-weeks reminder-three-days "
    "reminder-today reminder-late reminder-meeting meeting-added meeting-changed meeting-cancelled revision award "
    "not-awarded returned-incomplete reviewer-assigned reminder-reviews conflict-thanks reminder-revision settle"
).split()
LEVELS = (
    (3, "Meets", "Names it, shows it, explains it.", True),
    (2, "Approaching", "Names it.", False),
    (1, "Not yet", "Not there.", False),
)


def start_anew() -> None:
    """The next test counts from one again: what it makes has the same names, wherever in a run it stands."""
    global _numbers
    _numbers = count(1)


def person(first="Ada", last="Ward", **fields) -> User:
    fields.setdefault("email", f"{first}.{last}.{next(_numbers)}@example.org".lower())
    fields.setdefault("zone", "America/New_York")
    return User.objects.create_user(first_name=first, last_name=last, **fields)


def edition(*, prompts=2, **fields) -> Edition:
    """A practice badge with a scored guide of `prompts` questions (codes L2-RG-Q1…) and a growth plan."""
    n = next(_numbers)
    program, _ = Program.objects.get_or_create(
        slug="program", defaults={"name": "Program", "url": "https://example.org", "email": "team@example.org"}
    )
    badge = Badge.objects.create(
        program=program, slug=f"l2-practice-{n}", name="Level 2 Practice", level=2, kind=Badge.Kind.PRACTICE,
        description="Applies the stages.", earned_by="Documents, reviewed against a rubric.",
    )  # fmt: skip
    fields.setdefault("slug", f"l2-practice-{n}")
    made = Edition.objects.create(badge=badge, term="Fall 2023", **fields)
    guide = RequiredDocument.objects.create(
        edition=made, key="reflection-guide", title="Level 2 Practice Reflection Guide",
        short_title="Reflection Guide", aliases=["Level 2 Apprentice Practice Reflection Guide"],
        is_scored=True, position=1,
    )  # fmt: skip
    plan = RequiredDocument.objects.create(
        edition=made, key="growth-plan", title="Level 2 Growth Plan", short_title="Growth Plan", position=2
    )
    for number in range(1, prompts + 1):
        question = Prompt.objects.create(
            document=guide,
            code=f"L2-RG-Q{number}",
            number=number,
            text=f"What is question {number} about?",
            min_words=3,
        )
        row = Criterion.objects.create(
            document=guide, prompt=question, key=f"q{number}", title=f"Row {number}", position=number
        )
        Level.objects.bulk_create(
            Level(criterion=row, rank=rank, label=label, text=text, is_passing=passing)
            for rank, label, text, passing in LEVELS
        )
    Prompt.objects.create(document=plan, code="L2-GP-Q1", number=1, text="What will you work on?", min_words=3)
    Activity.objects.create(
        edition=made, key="video", group="Stages", title="Watch the video", kind="watch", minutes=9, position=1
    )
    Letter.objects.bulk_create(
        Letter(edition=made, key=key, subject=key + " for {{ first_name }}", body="Dear {{ first_name }}: " + key + ".")
        for key in LETTERS
    )
    return made


def cohort(*, of: Edition | None = None, **fields) -> Cohort:
    """An open cohort of the program's own Fall 2023 term: evidence due November 30, in New York."""
    n = next(_numbers)
    lead = fields.pop("opened_by", None) or person("Olive", "Opener")
    fields.setdefault("slug", f"fall-2023-l2-{n}")
    one_reader = {"second_read_percent": 0, "second_read_near_rows": 0, "second_read_not_awarded": False}
    made = Cohort.objects.create(
        edition=of or edition(), name="Fall 2023", team_email="fall-2023@example.org",
        opened_at=clock.now(), opened_by=lead, **one_reader | fields,
    )  # fmt: skip
    kinds = Event.Kind
    for kind, number, title, on in (
        (kinds.LEARNING_BEGINS, 1, "Learning begins", date(2023, 9, 1)),
        (kinds.EVIDENCE_DUE, 1, "Evidence due", date(2023, 11, 30)),
        (kinds.REVIEWS_DUE, 1, "Reviews due", date(2023, 12, 13)),
        (kinds.DECISIONS, 1, "Decisions", date(2023, 12, 15)),
    ):
        Event.objects.create(cohort=made, kind=kind, number=number, title=title, on=on)
    for number, on in enumerate((date(2023, 9, 11), date(2023, 10, 16), date(2023, 11, 6)), start=1):
        Event.objects.create(
            cohort=made, kind=kinds.MEETING, number=number, title=f"Community of Practice {number}", on=on,
            starts=time(16), ends=time(17, 30), where="https://meet.example.org/cop",
        )  # fmt: skip
    return made


def enrollment(of: Cohort | None = None, who: User | None = None, **fields) -> Enrollment:
    fields.setdefault("joined_at", clock.now())
    return Enrollment.objects.create(cohort=of or cohort(), person=who or person(), **fields)


def staff(of: Cohort, who: User | None = None, role="reviewer", **fields) -> StaffMembership:
    return StaffMembership.objects.create(cohort=of, person=who or person("Ben", "Reader"), role=role, **fields)
