"""The people of the story that the browser tests tell: what each of them does, page by page, by clicking and typing."""

import re
from datetime import date, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import resolve
from playwright.sync_api import Locator, Page, expect

from badges import editions
from badges.models import Edition, Prompt
from badges.word.filled import fill
from cohorts import opening
from cohorts.models import Cohort, Event, StaffMembership
from microcred import clock
from microcred.models import User

LIBRARY = Path(settings.BASE_DIR) / "badges" / "library"
PASSWORD = "marigolds in the rain"
WORDS = (
    "Our team named the stage we are in, wrote down what we had done so far with the people we support, "
    "and agreed on why we chose it and on what we would try next."
)
PATIENCE = 60_000  # milliseconds, for what waits on a worker


# The stage -----------------------------------------------------------------------------------------------------------
def set_stage() -> Cohort:
    """The library's editions and an open cohort, due in a while, with an admin; one reviewer's word is enough."""
    editions.load_all(LIBRARY)
    cleo, ben = _staff("cleo@example.org", "Cleo", "Lead"), _staff("ben@example.org", "Ben", "Reader")
    today = clock.today("America/New_York")
    cohort = opening.create(
        Edition.objects.get(slug="l2-practice"), by=cleo, name="This term", slug="this-term",
        team_email="team@example.org", second_read_percent=0, second_read_near_rows=0,
        dates={
            Event.Kind.LEARNING_BEGINS: today - timedelta(days=60), Event.Kind.EVIDENCE_DUE: today + timedelta(days=9),
            Event.Kind.REVIEWS_DUE: today + timedelta(days=22), Event.Kind.DECISIONS: today + timedelta(days=24),
        },
    )  # fmt: skip
    Event.objects.create(
        cohort=cohort, kind=Event.Kind.MEETING, title="Community of Practice 1", on=today + timedelta(days=3),
        starts=time(16), ends=time(17, 30), where="https://meet.example.org/level-2",
    )  # fmt: skip
    StaffMembership.objects.create(cohort=cohort, person=ben, role=StaffMembership.Role.REVIEWER)
    return opening.open_cohort(cohort, by=cleo)


def _staff(email: str, first: str, last: str) -> User:
    return User.objects.create_user(email, PASSWORD, first_name=first, last_name=last, zone="America/New_York")


def answers_to(document: str, **said: str) -> dict[str, str]:
    """An answer to every question of a document, by its printed code: `said` where it says something else."""
    prompts = Prompt.objects.filter(document__edition__slug="l2-practice", document__key=document)
    return {prompt.code: said.get(f"q{prompt.number}", f"{WORDS} ({prompt.number})") for prompt in prompts}


# Everybody -----------------------------------------------------------------------------------------------------------
class Post:
    """The mail that left."""

    def __init__(self, mailbox) -> None:
        self.mailbox = mailbox

    def letter(self, page: Page, *, to: str, about: str) -> str:
        """The text of the newest mail to an address whose subject speaks of something; waits for it to leave."""
        for _ in range(PATIENCE // 100):
            for mail in reversed(self.mailbox):
                if mail.to == [to] and about in mail.subject:
                    return mail.body
            page.wait_for_timeout(100)
        raise AssertionError(f"No mail about “{about}” to {to}; there are {[mail.subject for mail in self.mailbox]}.")


class Someone:
    """A person with a browser of their own. Every page they stop at is looked at with axe."""

    def __init__(self, page: Page, axe, seen: set[str]) -> None:
        self.page, self.axe, self.seen = page, axe, seen
        self.looked_at: tuple[str, str] | None = None

    def look(self) -> None:
        """No violation here; and on the first page of its kind, none when it is narrow and dark either."""
        self.page.wait_for_load_state()
        state = self.page.url, self.page.locator("body").inner_html()
        if state == self.looked_at:
            return
        self.looked_at = state
        self.axe(self.page)
        kind = resolve(urlsplit(self.page.url).path).view_name
        if kind in self.seen:
            return
        self.seen.add(kind)
        shown = self.page.viewport_size
        self.page.set_viewport_size({"width": 390, "height": 844})
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        self.axe(self.page)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(shown)

    def goes_to(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def reads(self, words: str | re.Pattern) -> None:
        """The page's title says so, and the page is sound."""
        expect(self.page.locator("h1")).to_contain_text(words)
        self.look()

    def arrives_at(self, address: str) -> None:
        """Where the title alone would not tell."""
        expect(self.page).to_have_url(re.compile(re.escape(address)))
        self.look()

    def follows_letter(self, letter: str, to: str) -> None:
        """Opens the link in a mail whose address has `to` in it."""
        link = re.search(rf"https?://\S+{to}\S*", letter)
        assert link, letter
        self.goes_to(link[0])

    # What hands do; `ByKeyboard` does it without a mouse.
    def uses(self, thing: Locator) -> None:
        thing.click()

    def chooses(self, box: Locator) -> None:
        box.check()

    def picks(self, choice: Locator, label: str) -> None:
        choice.select_option(label=label)

    def writes(self, field: Locator, words: str) -> None:
        field.fill(words)

    def dates(self, field: Locator, on: date) -> None:
        field.fill(on.isoformat())

    def times(self, field: Locator, at: time) -> None:
        field.fill(f"{at:%H:%M}")

    def follows(self, name: str | re.Pattern, *, exact: bool = False) -> None:
        self.uses(self.page.get_by_role("link", name=name, exact=exact).first)

    def presses(self, name: str | re.Pattern, *, exact: bool = False) -> None:
        self.uses(self.page.get_by_role("button", name=name, exact=exact).first)

    def is_told(self, words: str) -> None:
        expect(self.page.locator("#messages")).to_contain_text(words)

    def goes_by_menu(self, name: str) -> None:
        self.uses(self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True))

    def signs_in(self, email: str) -> None:
        self.goes_to("/sign-in/")
        self.signs_in_here(email)

    def signs_in_here(self, email: str) -> None:
        """On the sign-in page to which something led."""
        form = self.page.locator("form", has=self.page.get_by_label("Password"))
        form.get_by_label("E-mail address").fill(email)
        form.get_by_label("Password").fill(PASSWORD)
        form.get_by_role("button", name="Sign in").click()


# The admin -----------------------------------------------------------------------------------------------------------
class Admin(Someone):
    def pastes_roster(self, rows: str) -> None:
        self.goes_by_menu("People")
        self.reads("People")
        self.follows("Import")
        self.look()
        self.writes(self.page.get_by_label("Rows from a spreadsheet"), rows)
        self.presses("Check the rows")

    def is_told_of_row(self, words: str) -> None:
        expect(self.page.locator(".fixing .error")).to_contain_text(words)
        self.look()

    def fixes_address(self, row: int, email: str) -> None:
        self.writes(self.page.locator(f"#email-{row}"), email)
        self.presses("Continue")

    def confirms_with_invitations(self, count: int) -> None:
        expect(self.page.get_by_label(f"Send {count} invitations now")).to_be_checked()
        self.look()
        self.presses(f"Add {count} people")
        self.is_told(f"{count} invitations are on the way")
        self.look()

    def assigns_by_plan(self) -> None:
        self.goes_by_menu("Reviews")
        self.reads("Reviews")
        self.follows("Preview", exact=True)
        self.reads("Suggested plan")
        self.presses("Apply this plan")
        self.reads("Reviews")

    def decides(self, outcome: str) -> None:
        """Takes the outcome that the reviews propose."""
        self.goes_by_menu("Decisions")
        self.reads("Decisions")
        self.follows("Look and decide")
        self.reads("Submission 0001")
        expect(self.page.get_by_role("radio", name=outcome)).to_be_checked()
        self.presses("Decide", exact=True)
        self.is_told("Decided.")

    def reads_letter(self, *words: str) -> None:
        for words_ in words:
            expect(self.page.locator("article.letter").first).to_contain_text(words_)
        self.look()

    def releases(self) -> None:
        self.follows("Release it", exact=True)
        self.reads("Release 1 decision")
        self.presses("Release 1 now")
        self.reads("Decisions")

    def finds_among_sent_mail(self, *subjects: str) -> None:
        self.goes_by_menu("Reminders")
        self.reads("Reminders")
        self.follows("Sent mail")
        self.reads("Sent mail")
        for subject in subjects:
            expect(self.page.get_by_role("row").filter(has_text=subject).first).to_contain_text("Sent")

    def opens_mail(self, subject: str) -> None:
        self.follows(subject)
        self.reads(subject)


# The applicant -------------------------------------------------------------------------------------------------------
class Applicant(Someone):
    def types_code(self, letter: str) -> None:
        code = re.search(r"Type (\S+) on the page", letter)
        assert code, letter
        self.writes(self.page.get_by_label("Code from the e-mail"), code[1])
        self.presses("Sign in", exact=True)

    def joins(self, *, name: str, last: str, first: str) -> None:
        self.writes(self.page.get_by_label("Name on your badge"), name)
        self.writes(self.page.get_by_label("Last name for file names"), last)
        self.writes(self.page.get_by_label("First name or initial"), first)
        self.presses("Join the cohort")
        self.is_told("Welcome")

    def goes_home(self) -> None:
        self.goes_by_menu("Home")

    def marks_done(self, activity: str) -> None:
        self.goes_by_menu("Directions")
        self.reads("directions")
        step = self.page.get_by_role("listitem").filter(has_text=activity)
        step.get_by_role("button", name="Done:").click()
        expect(step.get_by_role("button", name="Done:")).to_have_attribute("aria-pressed", "true")
        self.look()

    def downloads_template(self, document: str) -> tuple[str, bytes]:
        """Its name and its bytes."""
        self.goes_by_menu("Documents")
        link = self.page.locator(f"a[href$='/documents/{document}/template/']")
        with self.page.expect_download() as download:
            link.click()
        return download.value.suggested_filename, Path(download.value.path()).read_bytes()

    def fills_in(self, document: str, template: bytes, **said: str) -> bytes:
        return fill(template, answers_to(document, **said), author="Rosa Álvarez")

    def adds(self, document: str, name: str, content: bytes) -> None:
        """Adds a file to the slot of a document on this page, and sees what comes of it without loading it again."""
        slot = self.slot(document)
        slot.evaluate("slot => slot.dataset.before = window.stays = true")
        form = slot if slot.locator("form.add").count() else self.page.locator("main")
        form.locator("form.add input[type=file]").set_input_files({"name": name, "mimeType": "", "buffer": content})
        expect(form.locator("[data-chosen]")).to_contain_text(name)
        form.get_by_role("button", name="Add this file").click()
        verdict = self.page.locator(f"#slot-{document}:not([data-before]) .checks")
        expect(verdict).to_be_visible(timeout=PATIENCE)
        expect(slot.locator(".file")).to_contain_text(name)
        assert self.page.evaluate("window.stays === true"), "the page was loaded again"

    def slot(self, document: str):
        return self.page.locator(f"#slot-{document}")

    def sees(self, document: str, *words: str) -> None:
        for each in words:
            expect(self.slot(document)).to_contain_text(each, timeout=PATIENCE)
        self.look()

    def asks_for_result(self, document: str) -> None:
        """Without scripts a link leads to the verdict, as soon as there is one."""
        again = self.slot(document).get_by_role("link", name="See the result")
        for _ in range(10):
            if not again.is_visible():
                break
            again.click()
        expect(self.slot(document).locator(".checks")).to_be_visible()

    def fixes(self, document: str, button: str) -> None:
        self.slot(document).get_by_role("button", name=button).click()

    def reads_what_we_read(self, document: str, words: str) -> None:
        self.slot(document).get_by_role("link", name=re.compile("^See ")).click()
        self.reads("What we read in your")
        expect(self.page.locator("main")).to_contain_text(words)

    def checks_and_submits(self, button: str) -> str:
        """The reference on the receipt."""
        self.look()
        self.presses(button)
        self.reads("Your receipt")
        return self.page.locator("dd.ref").inner_text()

    def reads_what_became_of(self, *answers: str) -> None:
        """What the revised file has changed stands there with the verdict, without loading the page again."""
        for each in answers:
            expect(self.page.locator("#became")).to_contain_text(each, timeout=PATIENCE)

    def notes(self, question: int, words: str) -> None:
        self.writes(self.page.get_by_label(re.compile(rf"^Question {question}:")), words)

    def open_questions(self) -> list[str]:
        """The numbers of the answers that need more."""
        asked = self.page.locator("article.told", has_text="What the reviewer wrote")
        return asked.locator("h3 .num").all_inner_texts()


# The reviewer --------------------------------------------------------------------------------------------------------
class Reviewer(Someone):
    def opens_next(self) -> None:
        self.reads("Start 0001")
        self.uses(self.page.locator(".hero").get_by_role("link", name="Start"))

    def question(self, number: int) -> Locator:
        return self.page.locator(f"#q{number}")

    def scores(self, number: int, level: str, comment: str = "") -> None:
        """Everything saves itself."""
        self.page.locator(f".steps a[href='#q{number}']").click()
        with self.page.expect_response(re.compile(rf"/q/{number}/")):
            self.question(number).get_by_role("radio", name=level).check()
        if comment:
            with self.page.expect_response(re.compile(rf"/q/{number}/")):
                self.page.fill(f"#q{number}-comment", comment)
        expect(self.page.locator("[data-save-status]")).to_have_text(re.compile(r"^Saved \d"))
        expect(self.page.locator(f"#chip-words-{number}")).to_contain_text(level)

    def scores_and_goes_on(self, number: int, level: str, comment: str = "") -> None:
        """The question that lies open; saving leads to the next."""
        self.reads("Submission 0001")
        question = self.lies_open(number)
        self.chooses(question.get_by_role("radio", name=level))
        if comment:
            self.writes(question.get_by_label("Comment to the applicant"), comment)
        self.presses("Save and next")

    def lies_open(self, number: int) -> Locator:
        expect(self.question(number)).to_have_class(re.compile(r"\bnow\b"))
        self.page.wait_for_load_state()
        return self.question(number)

    def has_scored(self, count: int, of: int) -> None:
        expect(self.page.locator("#progress")).to_contain_text(f"{count} of {of}")
        self.look()

    def finishes(self) -> None:
        self.reads("Finish your review")
        self.presses("Finish", exact=True)
        self.is_told("is finished. Thank you.")
        self.look()

    def opens_what_differs(self) -> None:
        """As second reader."""
        self.goes_by_menu("Settle")
        self.reads("Settle")
        self.follows("Settle 0001")
        self.reads("Settle 0001")

    def settles(self, number: int, level: str, *, start: str, why: str) -> None:
        """With the words of a reader, which wait for them on a button."""
        row, words = self.question(number), self.page.locator(f"#q{number}-comment")
        self.chooses(row.get_by_role("radio", name=level))
        self.uses(row.get_by_role("button", name=f"Start from {start}"))
        expect(words).not_to_have_value("")
        self.writes(row.get_by_label("Why", exact=True), why)
