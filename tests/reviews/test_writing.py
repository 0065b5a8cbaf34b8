"""Writing to people: the exact list, filled in for each, read before it leaves, and sent once."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from badges import placeholders
from cohorts.models import WrittenLetter
from microcred import outbox
from microcred.models import Message
from reviews import logbook, stories, writing, written
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add_all, submission_in

pytestmark = pytest.mark.django_db

LETTERS = Path(placeholders.FILE).parent / "l2-practice" / "letters"
EASTERN = ZoneInfo("America/New_York")
QUERIES = 9
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
        ({"body": "Due {{deadline"},
         "“{{deadline” would stay in the letter as it is. What is filled in stands in braces: {first name}."),
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


def test_whoever_lost_every_tick_is_still_there_to_be_ticked(cohort, writer):
    who = dana(cohort)
    writer.opens(who=who.ref)

    page = writer.reads(among=[who.ref])

    assert problems(page) == ["Nobody is ticked. Tick at least one person."]
    assert [each.ref for each in page.context["listed"]] == [who.ref]
    assert f'name="who" value="{who.ref}">' in page.text


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


@pytest.fixture
def waiting(cohort, writer):
    """A letter to two people that leaves tomorrow at nine."""
    people = [dana(cohort), dana(cohort, "Baptiste")]
    writer.opens(who=[each.ref for each in people])
    writer.reads(*people, when="later", on="2023-11-28", at="09:00")
    writer.sends()
    return WrittenLetter.objects.get()


def test_a_letter_that_waits_is_called_off(cohort, writer, waiting, clock, mailbox):
    page = writer.client.get(written.address_of(cohort, waiting.batch))
    assert "It leaves on Tue, Nov 28, 9:00 AM ET" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    first, again = (
        writer.client.post(f"{written.address_of(cohort, waiting.batch)}calling-off/", follow=True) for _ in range(2)
    )

    clock(datetime(2023, 11, 28, 9, tzinfo=EASTERN))
    assert (outbox.send_due(), mailbox) == (0, [])
    assert "Called off. 2 people do not get it." in first.text
    assert "This letter has left, or was called off. Nothing was changed." in again.text
    [told] = [entry for entry in stories.of(dana_of(cohort), None) if entry.kind == "mails"]
    assert (told.more, told.url) == (f"Called off by {cohort.opened_by}.", written.address_of(cohort, waiting.batch))
    assert told.at == NOW  # not the day on which it was to leave
    log = [entry.what for entry in logbook.Book(cohort, cohort.opened_by, logbook.Asked("mails")).entries()]
    assert log == ["Letter called off: What is missing", "Letter to 2 people: What is missing"]


def dana_of(cohort):
    return cohort.enrollments.select_related("person", "cohort").get(person__last_name="Okafor")


def test_a_letter_that_waits_is_changed_and_leaves_once(cohort, writer, waiting, clock, mailbox):
    page = writer.opens(**{"from": waiting.batch})
    form = page.context["form"]
    assert (form["when"].value(), form["at"].value().hour, len(page.context["chosen"])) == ("later", 9, 2)

    writer.reads(*page.context["chosen"], instead_of=waiting.batch, body="Dear {{ first_name }}, one thing more.")
    writer.sends()
    clock(datetime(2023, 11, 28, 9, tzinfo=EASTERN))
    outbox.send_due()

    assert [mail.body.splitlines()[0] for mail in mailbox] == ["Dear Dana, one thing more."] * 2
    assert [letter.called_off_at is None for letter in WrittenLetter.objects.order_by("pk")] == [False, True]
    page = writer.client.get(f"/cohorts/{cohort.slug}/people/letters/").context["page"]
    assert [(letter.body[-12:], letter.waiting) for letter in page] == [(" thing more.", 0), ("deadline }}.", 0)]


def test_a_letter_that_has_left_is_not_changed_any_more(cohort, writer, waiting, clock):
    people = writer.opens(**{"from": waiting.batch}).context["chosen"]
    clock(datetime(2023, 11, 28, 9, tzinfo=EASTERN))
    outbox.send_due()
    writer.reads(*people, instead_of=waiting.batch, when="now")

    page = writer.sends()

    assert problems(page) == ["The letter that you are changing has begun to leave. Nothing was sent."]
    assert (WrittenLetter.objects.count(), Message.objects.count()) == (1, 2)


@pytest.mark.parametrize("count", [1, 4])
def test_letters_and_their_people_cost_the_same_however_many(cohort, writer, count, django_assert_num_queries):
    people = [dana(cohort, f"Okafor {number}") for number in range(count)]
    for number in range(count):
        draft = writing.Draft(cohort, f"b{number}", "Hello", "Dear {{ first_name }}", NOW)
        writing.send(draft, writing.addressed(cohort.enrollments.all(), cohort), by=cohort.opened_by)

    with django_assert_num_queries(QUERIES):
        rows = writer.client.get(f"/cohorts/{cohort.slug}/people/letters/").context["page"]
    with django_assert_num_queries(QUERIES + 4):
        page = writer.client.get(written.address_of(cohort, "b0")).context["page"]

    assert (len(rows), len(page), [letter.waiting for letter in rows]) == (count, count, [count] * count)
    assert len(people) == count


def test_a_letter_that_was_kept_is_where_the_next_one_starts(cohort, writer):
    who = dana(cohort)
    writer.opens(who=who.ref)
    writer.reads(who, saved_as="Still missing")
    writer.sends()

    begun = writer.opens(who=who.ref).context["starts"][0]
    page = writer.client.post(writer.path, {"who": who.ref, "start": begun.key})

    assert begun.name == "Still missing"
    assert "{{ missing_documents }}" in page.context["form"]["body"].value()


@pytest.mark.parametrize("key", ["deadline-near", "missed-meeting", "missing-documents", "welcome"])
def test_what_the_edition_offers_to_begin_with_can_be_sent_as_it_is(cohort, writer, key):
    subject, body = (LETTERS / f"{key}.md").read_text(encoding="utf-8").split("\n\n", 1)
    cohort.edition.letters.create(key=key, subject=subject.removeprefix("Subject: "), body=body)
    who = dana(cohort)
    writer.opens(who=who.ref)
    begun = writer.client.post(writer.path, {"who": who.ref, "start": key}).context["form"]

    writer.reads(who, subject=begun["subject"].value(), body=begun["body"].value())
    writer.sends()

    assert "{{" not in Message.objects.get().text


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
