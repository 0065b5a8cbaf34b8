"""What staff write down of a person, and that they read it: notes that are struck, never erased, and readings."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from cohorts.models import Cohort, Deed, Enrollment, PeopleSearch, RecordReading, StaffNote
from microcred import clock
from microcred.models import User

ONE_SITTING = timedelta(minutes=30)  # pages opened again within it are one reading


def note(enrollment: Enrollment, text: str, *, by: User) -> StaffNote:
    """Keep something that colleagues should know. The person does not see it on a page of theirs."""
    return StaffNote.objects.create(enrollment=enrollment, text=text.strip(), written_by=by)


def strike(note: StaffNote, *, by: User) -> None:
    """It stays readable, crossed out; who came first stays written."""
    StaffNote.objects.filter(pk=note.pk, struck_at=None).update(struck_at=clock.now(), struck_by=by)


def tell(cohort: Cohort, kind: str, said: str, *, by: User, enrollment: Enrollment | None = None) -> None:
    """Have the log tell what no other row does."""
    Deed.objects.create(cohort=cohort, enrollment=enrollment, kind=kind, said=said[:200], by=by)


def was_read(enrollment: Enrollment, *, by: User) -> None:
    """Write down that `by` read the whole story, once a sitting. Queries: one, or two."""
    at = clock.now()
    lately = RecordReading.objects.filter(
        enrollment=enrollment, person=by, form=RecordReading.Form.STORY, at__gt=at - ONE_SITTING
    )
    if by.pk != enrollment.person_id and not lately.exists():
        RecordReading.objects.create(enrollment=enrollment, person=by, form=RecordReading.Form.STORY, at=at)


def were_shown(found: Iterable[Enrollment], *, by: User) -> None:
    """Write down that `by` looked for somebody and was shown `found`: in which cohorts, and how many. Queries: one.

    What was typed is not kept: it may be the name of anybody, also of people who are in no cohort.
    """
    counts = Counter(each.cohort_id for each in found)
    PeopleSearch.objects.bulk_create(
        PeopleSearch(cohort_id=cohort, person=by, found=count) for cohort, count in counts.items()
    )
