"""People who have no mouse: everything is reached by Tab and done by keys."""

from datetime import date, time

from playwright.sync_api import Locator, expect

from tests.support.journey import PATIENCE, Admin, Applicant, Reviewer, Someone

MOST_TABS = 150
MOST_ARROWS = 12
# Tab leads to a group of radio buttons once; within it arrows lead on.
IS_REACHED = """one => {
  const now = document.activeElement
  return one === now || one.type === "radio" && now.type === "radio" && one.name === now.name
}"""


class ByKeyboard(Someone):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.strokes = 0

    def strikes(self, key: str) -> None:
        self.strokes += 1
        self.page.keyboard.press(key)

    def types(self, words: str) -> None:
        self.strokes += len(words)
        self.page.keyboard.type(words)

    def tabs_to(self, target: Locator) -> None:
        """Presses Tab until `target` has the focus, and sees that it is there to be seen."""
        expect(target).to_be_visible()
        self.page.wait_for_load_state()
        for _ in range(MOST_TABS):
            if target.evaluate(IS_REACHED):
                return
            self.strikes("Tab")
        raise AssertionError(f"{MOST_TABS} times Tab do not lead to {target} on {self.page.url}")

    def uses(self, thing: Locator) -> None:
        self.tabs_to(thing)
        self.strikes("Enter")

    def chooses(self, box: Locator) -> None:
        self.tabs_to(box)
        for _ in range(MOST_ARROWS):
            if box.is_checked():
                return
            self.strikes("Space" if box.evaluate("one => one === document.activeElement") else "ArrowDown")
        raise AssertionError(f"{MOST_ARROWS} times an arrow do not lead to {box} on {self.page.url}")

    def picks(self, choice: Locator, label: str) -> None:
        self.tabs_to(choice)
        self.types(label)
        expect(choice.locator("option:checked")).to_have_text(label)

    def writes(self, field: Locator, words: str) -> None:
        self.tabs_to(field)
        self.strikes("Control+A")
        self.types(words)

    def dates(self, field: Locator, on: date) -> None:
        self.tabs_to(field)
        self.types(f"{on:%m%d%Y}")

    def times(self, field: Locator, at: time) -> None:
        self.tabs_to(field)
        self.types(f"{at:%I%M%p}".removesuffix("M"))


class Typist(ByKeyboard, Applicant):
    def adds(self, document: str, name: str, content: bytes) -> None:
        """The system's own window for choosing a file is the one thing that no test can type in."""
        slot = self.slot(document)
        field = slot.locator("form.add input[type=file]")
        self.tabs_to(field)
        field.set_input_files({"name": name, "mimeType": "", "buffer": content})
        self.uses(slot.get_by_role("button", name="Add this file"))
        expect(slot.locator(".checks")).to_be_visible(timeout=PATIENCE)


class TypingReviewer(ByKeyboard, Reviewer):
    def scores_and_goes_on(self, number: int, level: str, comment: str = "") -> None:
        """By the keys that the page prints: nothing is reached by Tab."""
        printed = self.lies_open(number).locator("label", has_text=level).locator("kbd").inner_text()
        self.strikes(printed)
        if comment:
            self.strikes("c")
            self.types(comment)
        self.strikes("Control+Enter")


class TypingAdmin(ByKeyboard, Admin):
    pass


TYPING = {Applicant: Typist, Reviewer: TypingReviewer, Admin: TypingAdmin}
