"""Letters that staff wrote to people: what became of each, and calling off what has not left."""

from collections import Counter

from django.db import transaction

from cohorts.models import Cohort, Enrollment, WrittenLetter
from microcred import clock
from microcred.letters import PLACEHOLDER
from microcred.models import Message, MessageQuerySet, User
from microcred.verdict import Refused

KIND = "written"


def key_of(batch: str, enrollment: Enrollment) -> str:
    """What makes the mail of one person unique: one form, one mail."""
    return f"{KIND}:{batch}:{enrollment.ref}"


def batch_of(mail: Message) -> str:
    """The letter that a mail belongs to, or nothing."""
    return mail.key.split(":")[1] if mail.kind == KIND else ""


def address_of(cohort: Cohort, batch: str) -> str:
    return f"/cohorts/{cohort.slug}/people/letters/{batch}/"


def title_of(letter: WrittenLetter) -> str:
    """Its subject as people type it: `Still missing: {missing documents}`."""
    return PLACEHOLDER.sub(lambda found: f"{{{found[1].replace('_', ' ')}}}", letter.subject)


def mails_of(letter: WrittenLetter) -> MessageQuerySet:
    """What each of its people gets, or would have got."""
    return _mails(letter.cohort).filter(key__startswith=f"{KIND}:{letter.batch}:")


def _mails(cohort: Cohort) -> MessageQuerySet:
    return Message.objects.filter(cohort_slug=cohort.slug, kind=KIND)


def readers_of(letter: WrittenLetter) -> list[str]:
    """The references of those whom it waits for; once it waits for nobody, of all to whom it went. Queries: one."""
    mails = list(mails_of(letter).values_list("key", "state"))
    waiting = [key for key, state in mails if state == Message.State.OWED]
    return [key.rsplit(":", 1)[1] for key in waiting or dict(mails)]


def waiting_in(cohort: Cohort) -> Counter[str]:
    """How many mails of each letter wait, by its batch. Queries: one."""
    return Counter(batch_of(mail) for mail in _mails(cohort).waiting().only("key", "kind"))


@transaction.atomic
def call_off(letter: WrittenLetter, *, by: User) -> int:
    """Never send what of it waits. How many people do not get it is returned.

    Raises: Refused, when nothing of it waits any more.
    """
    current = WrittenLetter.objects.select_for_update().get(pk=letter.pk)
    at = clock.now()
    count = mails_of(letter).call_off(at, why=f"Called off by {by}.")
    if not count:
        raise Refused("This letter has left, or was called off. Nothing was changed.")
    current.called_off_at, current.called_off_by = at, by
    current.save(update_fields=["called_off_at", "called_off_by"])
    return count


def replace(letter: WrittenLetter, *, by: User) -> None:
    """Call it off for another that takes its place. Raises: Refused, when some of it has left."""
    if mails_of(letter).filter(state=Message.State.SENT).exists():
        raise Refused("The letter that you are changing has begun to leave. Nothing was sent.")
    call_off(letter, by=by)
