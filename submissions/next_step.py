"""The one thing to do next: the first rule that is true. Pure, over facts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from microcred import times
from submissions.letters import count_of, in_words
from submissions.states import OPEN_TO_FILES, WAITING, State

DUE_SOON_DAYS = 14


@dataclass(frozen=True)
class Slot:
    """What the rules know of one document."""

    key: str
    title: str
    state: str
    is_asked_again: bool = False


@dataclass(frozen=True)
class Meeting:
    """`where` is the way in, while it is open."""

    title: str
    local_time: str
    where: str = ""


@dataclass(frozen=True)
class Activity:
    title: str
    url: str
    minutes: int | None = None
    leads_to: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything that the rules look at."""

    state: str
    at: datetime
    days_left: int
    is_open: bool
    is_before_due: bool = True
    slots: Sequence[Slot] = ()
    meeting_today: Meeting | None = None
    activities_left: Sequence[Activity] = ()
    answers_to_revise: int = 0
    is_appealed: bool = False
    decision_on: date | None = None
    begins_on: date | None = None
    receipt_url: str = ""
    award_url: str = ""
    team_email: str = ""


@dataclass(frozen=True)
class Step:
    """`second`: a quieter link beside the button."""

    headline: str
    text: str
    button: str = ""
    url: str = ""
    icon: str = ""
    second: tuple[str, str] = field(default=("", ""))


def next_step(facts: Facts) -> Step:
    """The first rule that has something to say; the last always has."""
    for rule in (not_begun, *RULES):
        if step := rule(facts):
            return step
    return _at_rest(facts)


def revise(facts: Facts) -> Step | None:
    waiting = [slot for slot in facts.slots if slot.is_asked_again and slot.state == "empty"]
    if facts.state != State.REVISION_REQUESTED or not waiting or not facts.is_open:
        return None
    answers = count_of(facts.answers_to_revise, "answer") if facts.answers_to_revise else "your work"
    documents = " and the ".join(slot.title for slot in waiting)
    text = f"Each comment says what more is needed. Then add your revised {documents}; the rest stays as it is."
    return Step(f"Revise {answers} and resubmit", text, "See the comments", "revise/")


def fix(facts: Facts) -> Step | None:
    blocked = next((slot for slot in facts.slots if slot.state == "blocked"), None)
    if not blocked or not _takes_files(facts):
        return None
    text = "We looked at the file and it cannot be used as it is. The page says why, and what to do."
    return Step(f"Fix your {blocked.title}", text, "Fix it", f"documents/{blocked.key}/")


def meeting_today(facts: Facts) -> Step | None:
    meeting = facts.meeting_today
    if not meeting:
        return None
    headline = f"{meeting.title} at {meeting.local_time}"
    if meeting.where:
        return Step(headline, "The meeting is open. It leads to the meeting's own page.", "Join", meeting.where)
    return Step(headline, "It is today. You can join from 15 minutes before.", "See the meeting", "calendar/", "cal")


def check_and_submit(facts: Facts) -> Step | None:
    open_ends = [slot for slot in facts.slots if slot.state in ("empty", "checking", "blocked")]
    if facts.state not in (State.DRAFT, State.RETURNED, State.REVISION_REQUESTED) or open_ends or not facts.is_open:
        return None
    count = in_words(len(facts.slots))
    text = f"All {count} documents are ready. Look them over once and press Submit; until then nothing is handed in."
    if facts.state == State.REVISION_REQUESTED:
        text = "Your revised work is ready. Look it over once and press Submit; until then nothing is handed in."
    return Step("Check and submit", text, "Check and submit", "submit/")


def add(facts: Facts) -> Step | None:
    missing = [slot for slot in facts.slots if slot.state == "empty"]
    if not missing or not _takes_files(facts):
        return None
    if len(missing) > 1 and facts.days_left > DUE_SOON_DAYS and facts.activities_left:
        return None
    return _add(missing, len(facts.slots))


def _add(missing: Sequence[Slot], of: int) -> Step:
    first = missing[0]
    if len(missing) == 1 and of > 1:
        where = f"It is the last of your {in_words(of)} documents."
    elif len(missing) == of:
        where = f"There are {count_of(of, 'document')} to hand in, and this is the first."
    else:
        where = f"{count_of(len(missing), 'document').capitalize()} are still missing."
    return Step(
        f"Add your {first.title}",
        f"{where} Upload it as a Word file and we will check it while you wait.",
        f"Add {first.title}",
        f"documents/{first.key}/",
        "up",
        ("Get the blank template", f"documents/{first.key}/template/"),
    )


def activity(facts: Facts) -> Step | None:
    """Activities are for those who have not handed in yet: afterwards an unmarked one keeps nobody busy."""
    is_learning = facts.state in (State.DRAFT, State.RETURNED)
    if not facts.activities_left or not facts.is_before_due or not facts.is_open or not is_learning:
        return None
    first, left = facts.activities_left[0], len(facts.activities_left)
    minutes = f"It takes about {first.minutes} minutes. " if first.minutes else ""
    text = minutes + ("It is the last activity." if left == 1 else f"It is the first of {in_words(left)} still to do.")
    return Step(first.title, text, "Go to activity", first.url, second=("See the directions", "directions/"))


def wait_for_decision(facts: Facts) -> Step | None:
    if facts.state not in WAITING:
        return None
    if facts.is_appealed:
        text = "Readers who had not seen it before read it. We write to you when there is a new decision."
        return Step("Your work is being read again", text, "Read the comments", "feedback/")
    by = f"Decision by {times.day(facts.decision_on, at=facts.at)}" if facts.decision_on else "You hear from us"
    text = "Your documents are with us. We write to you when the decision is made; there is nothing more to do."
    return Step(f"You are done. {by}", text, "See your receipt", facts.receipt_url)


def awarded(facts: Facts) -> Step | None:
    if facts.state != State.AWARDED:
        return None
    if not facts.award_url:
        text = "We wrote to you why. Your documents and the comments are still here."
        second = ("Write to the team", f"mailto:{facts.team_email}")
        return Step("Your badge was withdrawn", text, "See your badges", "/my/badges/", second=second)
    text = "Your work meets the rubric. You choose who can see your badge; the readers' comments are there too."
    return Step(
        "Your badge is ready", text, "See your badge", facts.award_url, second=("Read the comments", "feedback/")
    )


RULES = (revise, fix, meeting_today, check_and_submit, add, activity, wait_for_decision, awarded)


def _takes_files(facts: Facts) -> bool:
    return facts.is_open and facts.state in OPEN_TO_FILES


def _at_rest(facts: Facts) -> Step:
    """When no rule speaks: not begun, closed, not awarded, withdrawn, or a check is under way."""
    write = f"mailto:{facts.team_email}"
    match facts.state:
        case State.NOT_AWARDED:
            text = "Your work does not yet meet the rubric. The comments say where. Your documents are kept."
            second = ("Write to the team", write)
            return Step("The badge is not awarded this term", text, "Read the comments", "feedback/", second=second)
        case State.WITHDRAWN:
            text = "Nothing was deleted. You can read everything here, and you can come back."
            return Step(
                "You have left this cohort", text, "Come back", "reinstate/", second=("Write to the team", write)
            )
    if facts.is_open:
        text = "A document is being checked. It takes a few seconds."
        return Step("One moment", text, "See your documents", "documents/")
    text = "Your documents are still here. Write to the team about your options."
    return Step("Evidence is closed", text, "Write to the team", write, "mail")


def not_begun(facts: Facts) -> Step | None:
    """Before the first day there is nothing to do."""
    begins = facts.begins_on
    if begins is None or facts.state != State.DRAFT or any(slot.state != "empty" for slot in facts.slots):
        return None
    return Step(
        f"Learning begins {begins:%B} {begins.day}",
        "Nothing is due yet. The dates of the term are in your calendar; you can read the directions any time.",
        "See the calendar",
        "calendar/",
        "cal",
        ("Read the directions", "directions/"),
    )
