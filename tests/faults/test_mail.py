"""Mail is sent once: what reached the mailboxes is what the rows say, whatever dies, drops, or is set wrong."""

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from smtplib import SMTP

import pytest
from django.conf import settings as given
from django.db import connection

from cohorts import tasks as cohort_tasks
from cohorts.models import Event, Reminder
from microcred import clock as house_clock
from microcred import letters, outbox
from microcred.models import Message, User
from microcred.tasks import hurry, send_owed
from tests.faults.conftest import Worker, environment, wait_for
from tests.faults.sink import Sink, serving
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 25  # of two deaths each
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture
def mail_server(sink, settings):
    """The port of the sink; what this process sends goes there, too."""
    with serving(sink) as port:
        reach(settings, port)
        yield port


def reach(settings, port):
    settings.EMAIL_BACKEND = "microcred.postman.Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def owe(person, key, **fields):
    letter = letters.compose("Hello", "Dear {{ name }}", {"name": "Ada"})
    outbox.owe([outbox.message(letter, person, key=key, kind="test", cohort_slug="fall", **fields)])


def ids(rows):
    return [outbox._id(*row) for row in rows.order_by("due_at", "pk").values_list("pk", "owed_at")]


def waiting():
    return Message.objects.waiting()


def sent():
    return Message.objects.filter(state=Message.State.SENT)


def skipped():
    return Message.objects.filter(state=Message.State.SKIPPED)


def is_quiet(sink):
    """Nobody sends any more, and what the dead had asked of the database is done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone() == (1,) and sink.lines == 0


def firsts(arrived):
    """Each mail once, as it came first."""
    return list(dict.fromkeys(arrived))


@pytest.fixture
def senders(mail_server):
    """Two processes that send all the time; `senders("again")` kills both and starts two others."""
    told = environment(
        folder=given.MEDIA_ROOT, EMAIL_URL=f"smtp://127.0.0.1:{mail_server}", REDIS_URL="redis://127.0.0.1:1/0"
    )
    command = [sys.executable, "-m", "tests.faults.senders"]
    with subprocess.Popen(command, env=told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def tell(what):
            process.stdin.write(f"{what}\n")
            process.stdin.flush()
            return process.stdout.readline()

        yield tell
        process.stdin.close()


def test_fifty_deaths_of_two_senders_with_wrong_clocks_lose_nothing_and_double_only_what_was_on_the_line(senders, sink):
    """A sender that dies between the server's yes and its own note cannot know: that mail, and no other, comes again,
    under the same Message-ID. Who is done meanwhile gets nothing more."""
    moments, people = random.Random(5), [factories.person() for _ in range(8)]
    on_the_line, done, cut = set(), set(), 0
    for number in range(ROUNDS):
        for each in range(16):
            owe(people[each % len(people)], f"{number}:{each}")
        senders("again")
        some = sink.arrived[:]
        wait_for(lambda some=some: sink.arrived != some)
        time.sleep(moments.uniform(0, 0.03))
        senders("stop")
        wait_for(lambda: is_quiet(sink))
        cut += waiting().exists()
        on_the_line |= set(ids(waiting())) & set(sink.ids)
        outbox.take_back(waiting().filter(pk__in=[row.pk for row in waiting().order_by("?")[:1]]))
        done |= set(ids(skipped())) - set(sink.ids)
        waiting().update(leased_until=None)  # as time does
    senders("again")
    wait_for(lambda: not waiting().exists())
    senders("stop")
    wait_for(lambda: is_quiet(sink))

    twice = {each for each, times in Counter(sink.ids).items() if times > 1}
    assert cut > ROUNDS / 2
    assert Message.objects.count() == ROUNDS * 16 == sent().count() + skipped().count()
    assert set(sink.ids) - set(ids(sent())) <= on_the_line
    assert set(ids(sent())) <= set(sink.ids)
    assert done and not done & set(sink.ids)
    assert twice <= on_the_line
    for person in people:
        theirs = [each for address, each in firsts(sink.arrived) if address == person.email]
        assert theirs == [each for each in ids(Message.objects.filter(person=person)) if each in theirs]


def test_each_mail_is_noted_before_the_next_one_leaves_also_where_the_line_of_the_notes_breaks(
    sink, mail_server, monkeypatch
):
    hand_over, noted, broken = SMTP.data, [], []

    def watched(line, mail):
        noted.append(sent().count())
        if len(noted) % 3 == 0:
            broken.append(break_other_lines())
        return hand_over(line, mail)

    monkeypatch.setattr(SMTP, "data", watched)
    for number in range(9):
        owe(factories.person(), str(number))

    outbox.send_due()

    assert noted == list(range(9))
    assert broken == [1, 1, 1]
    assert sink.ids == ids(sent())


def break_other_lines():
    """How many lines to the database there were beside our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return len(cursor.fetchall())


def test_a_flushed_broker_two_beats_and_killed_workers_lose_no_mail(valkey, sink, mail_server, tmp_path):
    told = environment(
        folder=given.MEDIA_ROOT,
        EMAIL_URL=f"smtp://127.0.0.1:{mail_server}",
        REDIS_URL=f"redis://127.0.0.1:{valkey.port}/0",
    )
    people = [factories.person() for _ in range(8)]
    for each in range(200):
        owe(people[each % 8], f"{each}")
    queue = valkey.client()
    queued = queue.llen("celery")
    queue.flushall()
    on_the_line = set()

    with Worker(told, tmp_path / "worker.log") as worker:
        for before in (1, 50):
            two_beats()
            wait_for(lambda before=before: len(sink.arrived) >= before)
            worker.kill()
            wait_for(lambda: is_quiet(sink))
            on_the_line |= set(ids(waiting())) & set(sink.ids)
            waiting().update(leased_until=None)
        two_beats()
        wait_for(lambda: not waiting().exists())

    assert queued == 200
    assert sorted(set(sink.ids)) == sorted(ids(sent()))
    assert sent().count() == 200
    assert {each for each, times in Counter(sink.ids).items() if times > 1} == on_the_line


def two_beats():
    for _ in range(2):
        hurry(send_owed)


def test_a_mail_server_that_is_down_for_a_day_delays_and_no_more(sink, settings):
    """A day without an answer, hours of "not now", and an address that nobody has."""
    people = [factories.person() for _ in range(4)]
    gone, began = factories.person(), datetime(2023, 11, 4, 12, tzinfo=UTC)
    with serving(Sink()) as port:
        reach(settings, port)
    with house_clock.fixed(began):
        for number in range(24):
            due_at = began + number * HOUR
            owe(people[number % 4], f"{number}", due_at=due_at)
            owe(people[number % 4], f"short {number}", due_at=due_at, useless_at=due_at + 12 * HOUR)
        owe(gone, "gone", due_at=began)
    for number in range(24):
        with house_clock.fixed(began + number * HOUR):
            assert outbox.send_due() == 0
    with serving(sink, port):
        sink.answers |= {"DATA": "451 not now", gone.email: "550 5.1.1 no such user"}
        minutes(began + DAY, 60)
        refused = sink.arrived[:]
        del sink.answers["DATA"]
        minutes(began + DAY + HOUR, 240)

    assert refused == []
    assert sorted(sink.ids) == sorted(ids(sent()))
    assert [row.person for row in Message.objects.filter(state=Message.State.FAILED)] == [gone]
    assert {row.useless_at is None for row in skipped()} == {False}
    assert all(row.sent_at < row.useless_at for row in sent() if row.useless_at)
    assert sent().count() + skipped().count() + 1 == Message.objects.count() == 49
    assert list(User.objects.exclude(mail_bounced_at=None)) == [gone]
    for person in people:
        theirs = [each for address, each in sink.arrived if address == person.email]
        assert theirs == ids(sent().filter(person=person))


def minutes(began, many):
    for minute in range(0, many, 5):
        with house_clock.fixed(began + timedelta(minutes=minute)):
            outbox.send_due()


@pytest.mark.parametrize("change", [datetime(2023, 11, 5, tzinfo=UTC), datetime(2024, 3, 10, tzinfo=UTC)])
def test_reminders_leave_once_though_the_clocks_change_and_time_jumps(sink, mail_server, change):
    """Two beats every four hours, now and then with a clock that is three hours behind; zones of many kinds."""
    cohort = factories.cohort()
    cohort.events.filter(kind="meeting").delete()
    Event.objects.create(
        cohort=cohort, kind="meeting", number=1, title="Practice", on=(change + 2 * DAY).date(), starts=hour(16),
        ends=hour(17), where="https://meet.example.org/cop",
    )  # fmt: skip
    for days in (-2, -1):
        Reminder.objects.create(
            cohort=cohort, key=f"{-days}-before", event_kind="meeting", days=days, at=hour(9), audience="expected",
            subject="{{ meeting }}", body="{{ meeting_time }}",
        )  # fmt: skip
    zones = ("America/New_York", "America/Phoenix", "Pacific/Honolulu", "Pacific/Guam", "Asia/Kathmandu")
    people = [factories.enrollment(cohort, factories.person(zone=zone)).person for zone in zones]

    for number in range(5 * 6):
        back = 3 * HOUR if number % 5 == 4 else timedelta(0)
        with house_clock.fixed(change - 2 * DAY + number * 4 * HOUR - back):
            for _ in range(2):
                cohort_tasks.remind()
                send_owed()

    assert Counter(address for address, _ in sink.arrived) == {person.email: 2 for person in people}
    assert sorted(sink.ids) == sorted(ids(sent()))
    for row in sent():
        late = row.sent_at - row.due_at
        assert timedelta(0) <= late < 8 * HOUR
