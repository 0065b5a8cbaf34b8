"""A submission of 20,000 words: the page asks the database as often, and works in proportion to the words."""

from time import process_time

import pytest

from reviews.models import Assignment
from submissions.models import Answer, Version
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import submission_in

pytestmark = pytest.mark.django_db
WORDS = 20_000


@pytest.fixture
def revised():
    """A second round as its reviewer sees it, with an answer of each round."""
    given = reviewing.assigned(submission_in(State.SUBMITTED), factories.person("Ben", "Reader"))
    version = Version.objects.get(document__submission=given.submission, document__required__is_scored=True)
    second = Version.objects.create(
        document=version.document, number=2, round_number=2, received_name="guide.docx", file=version.file.name,
        size_bytes=1, sha256="0" * 64, arrived_at=version.arrived_at, added_by=version.added_by, verdict="ready",
    )  # fmt: skip
    opened = given.submission.rounds.create(number=2, submitted_at=version.arrived_at)
    row = version.document.required.criteria.first()
    opened.criteria.add(row)
    Answer.objects.create(version=second, prompt=row.prompt)
    Assignment.objects.filter(pk=given.pk).update(round_number=2)
    return given


def write(words):
    """Each answer as paragraphs of a hundred words; in the second round every tenth one says something new."""
    for answer in Answer.objects.filter(prompt__number=1, version__document__required__is_scored=True):
        late = answer.version.round_number == 2
        paragraphs = [
            " ".join(f"word{n * 7 + at}" for at in range(100)) + (" and more" if late and n % 10 == 0 else "")
            for n in range(words // 100)
        ]
        answer.text, answer.words = "\n\n".join(paragraphs), words
        answer.html = "".join(f"<p>{text}</p>" for text in paragraphs)
        answer.save()


def test_twice_the_words_cost_at_most_three_times_as_much(revised, client, django_assert_num_queries):
    client.force_login(revised.reviewer)
    address = f"/review/{revised.submission.number}/"

    def cost(words):
        write(words)
        spent = []
        for _ in range(3):
            began = process_time()
            shown = client.get(address)
            spent.append(process_time() - began)
        assert shown.context["now"].changes.new_words == words // 1000 * 2
        return min(spent)

    assert cost(WORDS) <= 3 * cost(WORDS // 2)
    with django_assert_num_queries(11):
        client.get(address)
