"""The pages of a person's own account, signed in by password as people do; passkeys in a virtual authenticator."""

import pytest
from playwright.sync_api import expect

from badges.names import canonical_name
from tests.support import factories
from tests.support.journey import PASSWORD, Someone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dana(live_server, settings, open_page, axe):
    settings.SITE_URL = live_server.url
    person = factories.person("Dana", "Okafor", email="dana@example.org", zone="America/Phoenix")
    person.set_password(PASSWORD)
    person.save()
    factories.enrollment(factories.cohort(slug="fall"), person)
    dana = Someone(open_page(), axe, set())
    dana.signs_in("dana@example.org")
    return dana


def test_the_file_name_follows_what_is_typed(dana):
    dana.goes_to("/account/")
    preview = dana.page.locator("#names [role=status]")
    expect(preview).to_contain_text("Okafor, D | Level 2 Practice Reflection Guide.docx")

    dana.page.get_by_label("Last name for file names").fill("Okafor-Ng")

    expect(preview).to_contain_text(canonical_name("Okafor-Ng", "Dana", "Level 2 Practice Reflection Guide"))


def test_a_passkey_is_added_and_signs_in_alone(dana, open_page, axe):
    protocol = dana.page.context.new_cdp_session(dana.page)
    protocol.send("WebAuthn.enable")
    protocol.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }},
    )  # fmt: skip
    dana.goes_to("/account/mfa/")
    confirms(dana, "/account/mfa/webauthn/add/")
    dana.page.get_by_label("Name").fill("School laptop")
    dana.presses("Add this passkey")
    dana.reads("Recovery codes")
    dana.goes_to("/account/mfa/")
    expect(dana.page.locator("main")).to_contain_text("You have 1 passkey: School laptop.")
    dana.goes_to("/account/mfa/webauthn/")
    dana.follows("Rename")
    dana.reads("Rename a passkey")
    dana.goes_to("/account/mfa/webauthn/")
    dana.follows("Remove")
    dana.reads("Remove School laptop?")
    dana.goes_to("/sign-out/")
    dana.page.locator("main").get_by_role("button", name="Sign out").click()
    dana.goes_to("/sign-in/?next=/account/")

    dana.presses("Use a passkey")

    dana.reads("Your account")


def test_a_second_step_is_asked_for_and_a_recovery_code_passes_it(dana):
    turn_on_codes(dana)
    code = dana.page.locator(".codes code").first.inner_text()
    dana.goes_to("/sign-out/")
    dana.page.locator("main").get_by_role("button", name="Sign out").click()
    dana.goes_to("/sign-in/")
    form = dana.page.locator("form", has=dana.page.get_by_label("Password"))
    form.get_by_label("E-mail address").fill("dana@example.org")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button").click()
    dana.reads("One more step")

    dana.page.get_by_label("Code from your app").fill("000000")
    dana.page.locator("main").get_by_role("button", name="Sign in").click()
    expect(dana.page.locator("main")).to_contain_text("That code is not right")
    dana.page.get_by_label("Code from your app").fill(code)
    dana.page.locator("main").get_by_role("button", name="Sign in").click()

    expect(dana.page.get_by_role("heading", level=1)).not_to_contain_text("One more step")


def confirms(dana, address: str) -> None:
    """Goes there, and says once more who she is when she is asked."""
    dana.goes_to(address)
    if "/sign-in/again/" in dana.page.url:
        dana.page.get_by_label("Your password").fill(PASSWORD)
        dana.presses("Confirm")
        dana.arrives_at(address)


def turn_on_codes(dana) -> None:
    """Through the page on which an app would read the square code."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    confirms(dana, "/account/mfa/totp/activate/")
    secret = dana.page.get_by_label("Key to type instead").input_value()
    counter = next(iter(yield_hotp_counters_from_time()))
    dana.page.get_by_label("Code that the app shows now").fill(format_hotp_value(hotp_value(secret, counter)))
    dana.presses("Turn it on")
    dana.reads("Recovery codes")


def test_every_page_of_the_account_is_sound(dana):
    for address in (
        "/account/", "/account/devices/", "/account/readers/", "/account/data/", "/account/email/",
        "/account/password/", "/account/mfa/", "/account/mfa/webauthn/",
    ):  # fmt: skip
        dana.goes_to(address)
    confirms(dana, "/account/mfa/webauthn/add/")
    turn_on_codes(dana)
    for address in ("/account/mfa/", "/account/mfa/totp/deactivate/", "/account/mfa/recovery-codes/generate/"):
        dana.goes_to(address)
