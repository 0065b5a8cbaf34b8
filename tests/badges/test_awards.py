"""Awards: issued once, signed so that anybody can check, shown to whom the holder likes, withdrawn openly."""

import copy
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from openbadgeslib.baking import SVG_ELEMENT_OB3, extract_svg
from openbadgeslib.ob3 import OB3LdpVerifier, decode_encoded_list, set_indices

from badges import awards
from badges.credentials import is_genuine
from badges.editions import freeze, load_all
from badges.image import badge_svg
from badges.models import Award, Program
from microcred.verdict import Refused
from tests.support.factories import person

LIBRARY = Path(__file__).parents[2] / "badges" / "library"
DECEMBER = datetime(2023, 12, 15, 14, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def library():
    loaded = {edition.slug: edition for edition in load_all(LIBRARY)}
    for edition in loaded.values():
        freeze(edition, at=DECEMBER)
    return loaded


@pytest.fixture
def dana():
    return person("Dana", "Okafor")


@pytest.fixture
def issue(library, dana):
    def call(slug="l2-practice", who=None, **changes):
        given = {"person": who or dana, "name": "Dana Okafor", "by": None, "grounds": {"decision": 1}, "at": DECEMBER}
        return awards.issue(library[slug], **given | changes)

    return call


def test_an_award_is_issued_once(issue):
    first = issue()

    assert issue() == first
    assert Award.objects.count() == 1


def test_an_award_keeps_the_edition_as_it_was(issue):
    award = issue()

    assert award.as_it_was["badge"]["name"] == "Level 2 Practice"
    assert "letters" not in award.as_it_was


def test_an_edition_that_somebody_holds_a_badge_of_is_frozen(dana):
    edition = load_all(LIBRARY)[0]

    awards.issue(edition, person=dana, name="Dana Okafor", by=None, grounds={}, at=DECEMBER)

    edition.refresh_from_db()
    assert edition.frozen_at == DECEMBER


def test_the_credential_verifies_with_nothing_but_itself(issue):
    credential = issue().credential

    read = OB3LdpVerifier.for_issuer_did(credential["issuer"]["id"]).verify(json.dumps(credential))

    assert read.achievement.name == "Level 2 Practice"
    assert [alignment.target_name for alignment in read.achievement.alignments] == [
        "Co-Learning",
        "Understanding Context",
        "Grow and Sustain Relationships",
    ]


def test_the_credential_names_the_person_but_not_the_address(issue, dana):
    text = json.dumps(issue().credential)

    assert "Dana Okafor" in text
    assert dana.email not in text


def test_a_changed_credential_is_not_genuine(issue):
    credential = issue().credential
    forged = copy.deepcopy(credential)
    forged["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"

    assert is_genuine(credential)
    assert not is_genuine(forged)
    assert not is_genuine({})


def test_a_program_keeps_its_key(issue):
    first = issue().credential["issuer"]["id"]

    second = issue(who=person("Mei", "Castro")).credential["issuer"]["id"]

    assert first == second
    assert Program.objects.get().signing_key.startswith("-----BEGIN PRIVATE KEY")


def test_the_last_part_completes_the_composite_badge(issue, library, dana):
    issue("l2-practice")
    assert not Award.objects.filter(edition=library["l2-apprentice"]).exists()

    issue("l2-shared-learning")

    composite = Award.objects.get(edition=library["l2-apprentice"])
    assert composite.person == dana
    assert len(composite.grounds["parts"]) == 2


def test_a_withdrawn_award_says_so_everywhere(issue, client):
    award = issue()
    awards.revoke(award, by=person("Olive", "Lead"), because="Issued to the wrong person.", at=DECEMBER)

    page = client.get(award.get_absolute_url())

    assert page.status_code == 200
    assert b"This award was withdrawn on" in page.content
    assert b"Verified" not in page.content and b">held<" not in page.content
    assert client.get(reverse("badges:award_json", args=[award.ref])).status_code == 410
    assert client.get(reverse("badges:award_file", args=[award.ref])).status_code == 404


def test_an_award_is_withdrawn_once_and_with_a_reason(issue):
    award, lead = issue(), person("Olive", "Lead")

    with pytest.raises(Refused, match="Say why"):
        awards.revoke(award, by=lead, because=" ", at=DECEMBER)
    awards.revoke(award, by=lead, because="Wrong person.", at=DECEMBER)
    with pytest.raises(Refused, match="withdrawn before"):
        awards.revoke(award, by=lead, because="Again.", at=DECEMBER)


def test_a_withdrawn_award_can_be_issued_again(issue):
    award = issue()
    awards.revoke(award, by=person("Olive", "Lead"), because="Name misspelt.", at=DECEMBER)

    assert issue() != award


@pytest.mark.parametrize("withdrawn", [False, True])
def test_the_status_list_tells_a_verifier(issue, client, clock, withdrawn):
    clock(DECEMBER)
    award = issue()
    if withdrawn:
        awards.revoke(award, by=person("Olive", "Lead"), because="Wrong person.", at=DECEMBER)
    entry = award.credential["credentialStatus"]
    address = entry["statusListCredential"].removeprefix("http://localhost:8000")

    answer = client.get(address)

    assert answer.json()["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    assert revoked_in(answer.json(), int(entry["statusListIndex"])) is withdrawn


def revoked_in(listed, index):
    return index in set_indices(decode_encoded_list(listed["credentialSubject"]["encodedList"]))


def test_the_page_is_open_and_shows_no_address_and_no_score(issue, client, dana):
    page = client.get(issue().get_absolute_url()).content.decode()

    assert "Awarded to <strong>Dana Okafor</strong>" in page
    assert "Verified" in page
    assert dana.email not in page


@pytest.mark.parametrize(("visibility", "answer"), [("public", 200), ("link", 200), ("private", 404)])
def test_the_holder_chooses_who_sees_the_page(issue, client, visibility, answer):
    award = issue()
    awards.share(award, visibility=visibility)

    pages = [
        award.get_absolute_url(),
        *(reverse(f"badges:{each}", args=[award.ref]) for each in ("award_json", "award_file")),
    ]

    assert [client.get(page).status_code for page in pages] == [answer] * 3


def test_a_private_award_opens_for_its_holder_only(issue, client, dana):
    award = issue()
    awards.share(award, visibility="private")

    client.force_login(person("Ben", "Other"))
    assert client.get(award.get_absolute_url()).status_code == 404
    client.force_login(dana)
    assert client.get(award.get_absolute_url()).status_code == 200


def test_only_a_public_award_is_found_by_search_engines(issue, client):
    award = issue()
    assert b"noindex" in client.get(award.get_absolute_url()).content

    awards.share(award, visibility="public")

    assert b"noindex" not in client.get(award.get_absolute_url()).content


def test_the_badge_file_holds_the_credential(issue, client):
    award = issue()

    answer = client.get(reverse("badges:award_file", args=[award.ref]))

    baked = extract_svg(answer.content, element=SVG_ELEMENT_OB3, text_fallback=True)
    assert json.loads(baked) == award.credential
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_holder_changes_the_visibility(issue, client, dana):
    award = issue()
    client.force_login(dana)

    client.post(reverse("badges:visibility", args=[award.ref]), {"visibility": "public"})

    award.refresh_from_db()
    assert award.visibility == "public"


def test_nobody_else_changes_the_visibility(issue, client):
    award = issue()
    client.force_login(person("Ben", "Other"))

    answer = client.post(reverse("badges:visibility", args=[award.ref]), {"visibility": "public"})

    assert answer.status_code == 404


@pytest.mark.parametrize("slugs", [("l2-practice",), ("l2-practice", "l2-shared-learning")])
def test_my_badges_take_the_same_queries_however_many(issue, client, dana, slugs, django_assert_max_num_queries):
    for slug in slugs:
        issue(slug)
    client.force_login(dana)

    with django_assert_max_num_queries(8):
        page = client.get(reverse("badges:mine"))

    assert page.content.count(b'<li class="panel">') == Award.objects.count()


def test_my_badges_say_what_is_missing_of_a_badge_made_up_of_others(issue, client, dana):
    issue()
    client.force_login(dana)
    before = client.get(reverse("badges:mine")).text
    assert "On the way: Level 2 Apprentice" in before
    assert "<strong>Level 2 Shared Learning</strong> is missing." in before

    issue("l2-shared-learning")

    assert "On the way" not in client.get(reverse("badges:mine")).text


def test_a_withdrawn_badge_is_no_part_of_another(issue, client, dana):
    awards.revoke(issue(), by=person("Olive", "Lead"), because="Wrong person.", at=DECEMBER)
    client.force_login(dana)

    page = client.get(reverse("badges:mine")).text

    assert "Withdrawn" in page
    assert "On the way" not in page and "Download" not in page


def test_a_badge_shows_the_competency_that_it_was_given_for(issue, client):
    award = issue(grounds={"competencies": ["co-learning"]})

    assert "<p>Co-Learning</p>" in client.get(award.get_absolute_url()).text


def test_a_badge_for_which_nobody_named_one_says_how_many_were_shown(issue, client):
    page = client.get(issue().get_absolute_url()).text

    assert "<p>At least 1 of these: Co-Learning · Understanding Context · Grow and Sustain Relationships</p>" in page


def test_the_page_tells_other_sites_what_it_shows(issue, client):
    award = issue()

    page = client.get(award.get_absolute_url()).text

    told = dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)">', page))
    assert told["og:title"] == "Level 2 Practice, awarded to Dana Okafor"
    assert (told["og:url"], told["twitter:card"]) == (f"http://localhost:8000{award.get_absolute_url()}", "summary")
    assert told["og:description"] == told["description"] != ""


def test_without_a_badge_the_page_says_when_one_comes(client, dana):
    client.force_login(dana)

    assert b"No badge yet." in client.get(reverse("badges:mine")).content


def test_the_rubric_is_public_once_a_cohort_uses_it(library, client):
    page = client.get(reverse("badges:edition", args=["l2-practice"])).content.decode()

    assert "Applies the stages to own work" in page
    assert "At least 1 of 3 has to be shown." in page


def test_an_edition_in_the_making_is_not_public(client):
    load_all(LIBRARY)

    assert client.get(reverse("badges:edition", args=["l2-practice"])).status_code == 404


def test_the_picture_of_a_badge_quotes_its_name(client):
    picture = badge_svg(name="Level 2 <Practice> & more", level=2, issuer='"Us"')

    assert "&lt;Practice&gt; &amp;" in picture


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_issue_at_once_one_award_stands(library, dana):
    def issue_in_a_thread(_):
        try:
            made = awards.issue(
                library["l2-practice"], person=dana, name="Dana Okafor", by=None, grounds={}, at=DECEMBER
            )
            return made.ref
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        refs = set(pool.map(issue_in_a_thread, range(4)))

    assert len(refs) == 1
    assert Award.objects.get().credential
