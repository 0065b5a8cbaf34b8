"""The next step is the first rule that is true."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from submissions.next_step import Activity, Facts, Meeting, Slot, next_step
from submissions.states import State


def slots(guide="ready", activity="ready", plan="ready", **asked):
    return [
        Slot("reflection-guide", "Reflection Guide", guide, **asked),
        Slot("stages-activity", "Getting Started activity", activity),
        Slot("growth-plan", "Growth Plan", plan),
    ]


DRAFT = Facts(
    state=State.DRAFT, at=datetime(2023, 10, 30, 17, tzinfo=UTC), days_left=31, is_open=True, slots=slots(),
    team_email="team@example.org", decision_on=date(2023, 12, 15), receipt_url="receipts/L2-0417-K/",
    award_url="/awards/x/",
)  # fmt: skip
MEETING = Meeting("Community of Practice", "2:00 PM")
VIDEOS = [Activity("Watch the two example videos", "directions/#activity-videos", 14)]
REVISE = {"state": State.REVISION_REQUESTED, "answers_to_revise": 2}


@pytest.mark.parametrize(
    ("facts", "headline", "button", "url"),
    [
        (REVISE | {"slots": slots("empty", is_asked_again=True)},
         "Revise two answers and resubmit", "See the comments", "revise/"),
        ({"slots": slots(plan="blocked")}, "Fix your Growth Plan", "Fix it", "documents/growth-plan/"),
        ({"meeting_today": MEETING}, "Community of Practice at 2:00 PM", "See the meeting", "calendar/"),
        ({"meeting_today": replace(MEETING, where="https://meet.example.org/")},
         "Community of Practice at 2:00 PM", "Join", "https://meet.example.org/"),
        ({}, "Check and submit", "Check and submit", "submit/"),
        ({"slots": slots(plan="unread")}, "Check and submit", "Check and submit", "submit/"),
        (REVISE, "Check and submit", "Check and submit", "submit/"),
        ({"slots": slots(plan="empty")}, "Add your Growth Plan", "Add Growth Plan", "documents/growth-plan/"),
        ({"slots": slots("empty", plan="empty"), "activities_left": VIDEOS, "days_left": 14},
         "Add your Reflection Guide", "Add Reflection Guide", "documents/reflection-guide/"),
        ({"slots": slots("empty", plan="empty"), "activities_left": VIDEOS, "days_left": 15},
         "Watch the two example videos", "Go to activity", "directions/#activity-videos"),
        ({"slots": slots("empty", plan="empty")},
         "Add your Reflection Guide", "Add Reflection Guide", "documents/reflection-guide/"),
        ({"state": State.SUBMITTED, "activities_left": VIDEOS},
         "You are done. Decision by Fri, Dec\N{NO-BREAK SPACE}15", "See your receipt", "receipts/L2-0417-K/"),
        ({"state": State.RETURNED, "slots": slots("empty", plan="empty"), "activities_left": VIDEOS},
         "Watch the two example videos", "Go to activity", "directions/#activity-videos"),
        ({"state": State.SUBMITTED}, "You are done. Decision by Fri, Dec\N{NO-BREAK SPACE}15", "See your receipt",
         "receipts/L2-0417-K/"),
        ({"state": State.DECIDED}, "You are done. Decision by Fri, Dec\N{NO-BREAK SPACE}15", "See your receipt",
         "receipts/L2-0417-K/"),
        ({"state": State.AWARDED}, "Your badge is ready", "See your badge", "/awards/x/"),
        ({"state": State.AWARDED, "award_url": ""}, "Your badge was withdrawn", "See your badges", "/my/badges/"),
        ({"state": State.NOT_AWARDED}, "The badge is not awarded this term", "Read the comments", "feedback/"),
        ({"state": State.IN_REVIEW, "is_appealed": True},
         "Your work is being read again", "Read the comments", "feedback/"),
        ({"state": State.WITHDRAWN}, "You have left this cohort", "Come back", "reinstate/"),
        ({"slots": slots(plan="checking")}, "One moment", "See your documents", "documents/"),
        ({"is_open": False}, "Evidence is closed", "Write to the team", "mailto:team@example.org"),
        ({"begins_on": date(2023, 9, 1), "slots": slots("empty", "empty", "empty")},
         "Learning begins September 1", "See the calendar", "calendar/"),
    ],
)  # fmt: skip
def test_the_step_is_the_first_rule_that_is_true(facts, headline, button, url):
    step = next_step(replace(DRAFT, **facts))

    assert (step.headline, step.button, step.url) == (headline, button, url)


EVERYTHING = replace(
    DRAFT, **REVISE, slots=slots("empty", "blocked", "empty", is_asked_again=True), meeting_today=MEETING,
    activities_left=VIDEOS, days_left=3,
)  # fmt: skip


def test_the_rules_have_an_order():
    order = [
        (EVERYTHING, "Revise two answers and resubmit"),
        (replace(EVERYTHING, slots=slots("ready", "blocked", "empty")), "Fix your Getting Started activity"),
        (replace(EVERYTHING, slots=slots("ready", "ready", "empty")), "Community of Practice at 2:00 PM"),
        (replace(EVERYTHING, slots=slots(), meeting_today=None), "Check and submit"),
        (replace(EVERYTHING, slots=slots(plan="empty"), meeting_today=None), "Add your Growth Plan"),
    ]

    assert [next_step(facts).headline for facts, _ in order] == [headline for _, headline in order]


def test_the_last_document_is_called_the_last():
    step = next_step(replace(DRAFT, slots=slots(plan="empty")))

    assert step.text == (
        "It is the last of your three documents. Upload it as a Word file and we will check it while you wait."
    )
    assert step.second == ("Get the blank template", "documents/growth-plan/template/")
