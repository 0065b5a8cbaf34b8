"""An applicant who has no mouse: everything is reached by Tab and done by keys."""

import re

from playwright.sync_api import expect

from tests.support.journey import PATIENCE, Applicant

MOST_TABS = 150


class Typist(Applicant):
    def tabs_to(self, target) -> None:
        """Presses Tab until `target` has the focus, and sees that it is there to be seen."""
        expect(target).to_be_visible()
        for _ in range(MOST_TABS):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{MOST_TABS} times Tab do not lead to {target} on {self.page.url}")

    def sends(self, target, key: str = "Enter") -> None:
        self.tabs_to(target)
        self.page.keyboard.press(key)

    def follows(self, name, *, exact=False) -> None:
        self.sends(self.page.get_by_role("link", name=name, exact=exact).first)

    def presses(self, name, *, exact=False) -> None:
        self.sends(self.page.get_by_role("button", name=name, exact=exact).first)

    def writes(self, field, words: str) -> None:
        self.tabs_to(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def goes_by_menu(self, name: str) -> None:
        self.sends(self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True))

    def types_code(self, letter: str) -> None:
        code = re.search(r"Type (\S+) on the page", letter)
        assert code, letter
        self.writes(self.page.get_by_label("Code from the e-mail"), code[1])
        self.page.keyboard.press("Enter")

    def joins(self, *, name: str, last: str, first: str) -> None:
        self.writes(self.page.get_by_label("Name on your badge"), name)
        self.writes(self.page.get_by_label("Last name for file names"), last)
        self.writes(self.page.get_by_label("First name or initial"), first)
        self.presses("Join the cohort")
        self.is_told("Welcome")

    def adds(self, document: str, name: str, content: bytes) -> None:
        """The system's own window for choosing a file is the one thing that no test can type in."""
        slot = self.slot(document)
        field = slot.locator("form.add input[type=file]")
        self.tabs_to(field)
        field.set_input_files({"name": name, "mimeType": "", "buffer": content})
        self.sends(slot.get_by_role("button", name="Add this file"))
        expect(slot.locator(".checks")).to_be_visible(timeout=PATIENCE)

    def notes(self, question: int, words: str) -> None:
        self.writes(self.page.get_by_label(re.compile(rf"^Question {question}:")), words)
