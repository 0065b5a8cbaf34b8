"""The letter of a decision: the edition's text, with every row that is still open and what was said of it."""

from collections.abc import Iterable

from badges.models import Edition
from cohorts import mailing
from microcred import clock, letters, times
from microcred.letters import Letter, Markdown, quoted
from microcred.models import Message
from reviews.agreement import Row, Standing
from reviews.models import Decision
from submissions.checks.catalogue import listed
from submissions.letters import count_of, in_words

KEYS = {
    Decision.Outcome.AWARD: "award",
    Decision.Outcome.REVISE: "revision",
    Decision.Outcome.NOT_AWARDED: "not-awarded",
}


def source(edition: Edition, outcome: str) -> tuple[str, str]:
    """Subject and Markdown body to start from, with their placeholders. Queries: the edition's letters, once."""
    found = mailing.letter_of(edition, KEYS[Decision.Outcome(outcome)])
    return found.subject, found.body


def compose(decision: Decision, standing: Standing) -> Letter:
    """The letter as it leaves. Raises: Refused, when a placeholder has no value."""
    subject, body = decision.subject, decision.letter
    cohort = standing.submission.enrollment.cohort
    return letters.compose(
        subject, body, values(decision, standing), footer=mailing.footer(cohort), language=cohort.edition.language
    )


def filled(decision: Decision, standing: Standing) -> tuple[str, str]:
    """Subject and Markdown with everything filled in: what stays on record."""
    said = mailing.filled(decision.subject, decision.letter, values(decision, standing))
    return said.subject, said.body


def message(decision: Decision, standing: Standing) -> Message:
    """The e-mail to owe with the release."""
    enrollment = standing.submission.enrollment
    return mailing.compose(
        enrollment.cohort, enrollment.person,
        subject=decision.subject, body=decision.letter, kind=KEYS[Decision.Outcome(decision.outcome)],
        key=f"decision:{standing.submission.reference}:{decision.pk}", values=values(decision, standing),
        thread=mailing.about_work(enrollment),
    )  # fmt: skip


def values(decision: Decision, standing: Standing) -> dict[str, object]:
    """What a letter of this decision may say."""
    enrollment = standing.submission.enrollment
    known = mailing.common_values(enrollment.cohort, enrollment.person)
    known["feedback_url"] = mailing.address(f"/my/{enrollment.cohort.slug}/feedback/")
    is_award = decision.outcome == Decision.Outcome.AWARD
    known["link"] = mailing.address("/my/badges/") if is_award else known["feedback_url"]
    if not is_award:
        known |= _open(standing)
    if decision.outcome == Decision.Outcome.REVISE:
        known |= _due(decision, standing)
    return known


def _open(standing: Standing) -> dict[str, object]:
    rows = standing.open_rows
    return {
        "answers": count_of(len(rows), "answer"),
        "rows": count_of(len(rows), "row"),
        "summary": summary(standing),
        "comments": comments(rows),
    }


def _due(decision: Decision, standing: Standing) -> dict[str, object]:
    assert decision.due_on is not None, "The database keeps no revision without its day."
    enrollment = standing.submission.enrollment
    end = clock.end_of_day(decision.due_on, enrollment.cohort.zone)
    titles = list(dict.fromkeys(row.criterion.document.short_title for row in standing.open_rows))
    return {
        "due": str(times.deadline(end, reader=enrollment.person.zone, cohort=enrollment.cohort.zone)),
        "due_day": times.last_day(end, enrollment.person.zone or enrollment.cohort.zone),
        "documents": listed(titles),
    }


def summary(standing: Standing) -> str:
    """`Seven of your nine answers meet the rubric. Two need more.`"""
    rows, still_open = len(standing.rows), len(standing.open_rows)
    if not still_open:
        return f"All of your {count_of(rows, 'answer')} meet the rubric."
    met, not_met = (in_words(count, none="none").capitalize() for count in (rows - still_open, still_open))
    verb, more = ("meets" if rows - still_open == 1 else "meet"), ("needs" if still_open == 1 else "need")
    return f"{met} of your {count_of(rows, 'answer')} {verb} the rubric. {not_met} {more} more."


def comments(rows: Iterable[Row]) -> Markdown:
    """Each row with what was said of it, as Markdown."""
    return Markdown("\n\n".join(_row(row) for row in rows))


def _row(row: Row) -> str:
    label = f": {quoted(row.level.label)}" if row.level else ""
    said = "\n\n".join(_quote(remark.comment) for remark in row.comments)
    return f"**{row.number}. {quoted(row.question)}**\n\n{quoted(row.criterion.title)}{label}\n\n{said}".strip()


def _quote(words: str) -> str:
    """A comment as a quotation that keeps its lines and paragraphs."""
    paragraphs = [block.strip().splitlines() for block in words.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return "\n>\n".join("\\\n".join(f"> {quoted(line.strip())}" for line in lines) for lines in paragraphs)
