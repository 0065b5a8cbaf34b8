"""Writing to people: the exact list, filled in for each, read before it leaves, and sent once."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cohorts.models import WrittenLetter
from microcred import outbox
from microcred.models import Message
from reviews import stories, writing
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add_all, submission_in

pytestmark = pytest.mark.django_db

EASTERN = ZoneInfo("America/New_York")
NOW = datetime(2023, 11, 27, 10, tzinfo=EASTERN)
BODY = "Dear {{ first_name }}, still missing: {missing documents}. Due {deadline}."


@pytest.fixture
def cohort(clock):
    clock(NOW)
    made = factories.cohort()
    factories.staff(made, made.opened_by, role="admin")
    return made


def dana(cohort, last="Okafor", **fields):
    person = factories.person("Dana", last, zone="America/Phoenix", **fields)
    return submission_in(State.DRAFT, cohort=cohort, person=person).enrollment


class Writer:
    """An admin at the page, with what its form holds."""

    def __init__(self, client, cohort):
        client.force_login(cohort.opened_by)
        self.client, self.path = client, f"/cohorts/{cohort.slug}/people/write/"
        self.typed = {"subject": "What is missing", "body": BODY, "when": "now"}

    def opens(self, **asked):
        page = self.client.get(self.path, asked)
        self.typed["batch"] = re.search(r'name="batch" value="(\w+)"', page.content.decode())[1]
        return page

    def reads(self, *who, **typed):
        self.typed |= typed | {"who": [each.ref for each in who]}
        page = self.client.post(self.path, self.typed)
        self.typed["read"] = page.context.get("print") or ""
        return page

    def sends(self, **typed):
        self.typed |= typed
        return self.client.post(f"{self.path}sending/", self.typed, follow=True)


@pytest.fixture
def writer(client, cohort):
    return Writer(client, cohort)


def problems(page):
    return page.context["form"].non_field_errors() + [e for field in page.context["form"] for e in field.errors]


def test_each_person_gets_their_own_words_once_and_it_stands_in_their_story(cohort, writer, mailbox):
    first, second = dana(cohort), dana(cohort, "Baptiste")
    writer.opens(who=[first.ref, second.ref])

    read = writer.reads(first, second, **{"as": second.ref})
    assert "Dear Dana, still missing: Reflection Guide and Growth Plan." in read.content.decode()
    assert (read.context["reader"], Message.objects.count()) == (second, 0)

    sent, again = writer.sends(), writer.sends()
    outbox.send_due()

    assert "Your letter is on its way to 2 people." in sent.content.decode()
    assert problems(again) == ["This letter was sent already. Nothing was sent twice."]
    assert sorted(mail.to[0] for mail in mailbox) == sorted(each.person.email for each in (first, second))
    assert "Due Thu, Nov 30, 9:59 PM MST (11:59 PM ET)" in mailbox[0].body.replace("\N{NO-BREAK SPACE}", " ")
    assert mailbox[0].reply_to == [cohort.team_email]
    assert "E-mail: What is missing" in [entry.what for entry in stories.of(first, first.submission)]
    assert (WrittenLetter.objects.get().reached, WrittenLetter.objects.get().written_by) == (2, cohort.opened_by)


def test_a_mail_is_the_one_that_was_read(cohort, writer):
    who = dana(cohort)
    writer.opens(who=who.ref)
    body = writer.reads(who).context["mail"].html

    writer.sends()

    assert Message.objects.get().html == body


@pytest.mark.parametrize("changed", [{"body": "Dear {{ first_name }}"}, {"subject": "Other"}, {"who": []}])
def test_what_was_changed_after_reading_is_not_sent(cohort, writer, changed):
    first, second = dana(cohort), dana(cohort, "Baptiste")
    writer.opens(who=[first.ref, second.ref])
    writer.reads(first, second)

    page = writer.sends(**({"who": [first.ref]} if "who" in changed else changed))

    assert problems(page) == ["You changed something since you read it. Read it once more, then send it."]
    assert not Message.objects.exists()


def test_a_letter_that_would_come_out_empty_is_refused_with_the_name(cohort, writer):
    lacking, complete = dana(cohort), dana(cohort, "Baptiste")
    add_all(complete.submission, at=BEFORE_DUE)
    writer.opens(who=[lacking.ref, complete.ref])

    page = writer.reads(lacking, complete)

    assert problems(page) == [
        "Dana Baptiste: “missing documents” is empty. Take them off the list, or change the letter."
    ]
    assert not writing.empty_for(writing.Draft(cohort, "b", "Hello", BODY, NOW), [*writing.addressed(
        cohort.enrollments.filter(pk=lacking.pk), cohort)])  # fmt: skip
    assert "print" not in page.context


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"body": "Your {shoe size}"}, "Nothing is known as {{ shoe_size }} in this letter. Take it out."),
        ({"subject": "{{ invitation }}"}, "Nothing is known as {{ invitation }} in this letter. Take it out."),
        ({"when": "later"}, "Choose the day and the time, or send it now."),
        ({"when": "later", "on": "2023-11-26", "at": "09:00"},
         "That time has passed. Choose a later one, or send it now."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(cohort, writer, typed, problem):
    who = dana(cohort)
    writer.opens(who=who.ref)

    page = writer.reads(who, **typed)

    assert problems(page) == [problem]
    assert page.context["form"]["body"].value() == typed.get("body", BODY)


def test_mail_that_comes_back_reaches_nobody(cohort, writer):
    gone = dana(cohort, mail_bounced_at=NOW)
    writer.opens(who=gone.ref)

    page = writer.reads(gone)

    assert problems(page)[0].startswith("Dana Okafor: mail to this address came back.")


def test_a_letter_for_later_leaves_then(cohort, writer, clock, mailbox):
    who = dana(cohort)
    writer.opens(who=who.ref)
    writer.reads(who, when="later", on="2023-11-28", at="09:00")

    assert "leaves for 1 person on Tue, Nov\N{NO-BREAK SPACE}28" in writer.sends().content.decode()
    assert outbox.send_due() == 0

    clock(datetime(2023, 11, 28, 9, tzinfo=EASTERN))
    assert outbox.send_due() == 1


def test_a_letter_that_was_kept_is_where_the_next_one_starts(cohort, writer):
    who = dana(cohort)
    writer.opens(who=who.ref)
    writer.reads(who, saved_as="Still missing")
    writer.sends()

    begun = writer.opens(who=who.ref).context["starts"][0]
    page = writer.opens(who=who.ref, start=begun.key)

    assert begun.name == "Still missing"
    assert "{{ missing_documents }}" in page.context["form"]["body"].value()


def test_a_list_in_the_address_is_the_list_that_is_written_to(cohort, writer):
    todo, gone = dana(cohort), dana(cohort, "Gone")
    gone.withdrawn_at, gone.withdrawn_by = NOW, cohort.opened_by
    gone.save()

    assert writer.opens(show="not-submitted").context["chosen"] == [todo]
    assert "Nobody is selected" in writer.client.get(writer.path).content.decode()


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_takes_the_same_queries_for_one_and_for_four(cohort, writer, count, django_assert_max_num_queries):
    people = [dana(cohort, f"Okafor {number}") for number in range(count)]
    writer.opens(who=[each.ref for each in people])

    with django_assert_max_num_queries(16):
        page = writer.reads(*people)

    assert len(page.context["chosen"]) == count


def test_nobody_writes_to_people_of_another_cohort(cohort, writer):
    theirs = dana(factories.cohort())
    ours = dana(cohort)
    writer.opens(who=ours.ref)

    assert writer.reads(ours, theirs).context["chosen"] == [ours]
