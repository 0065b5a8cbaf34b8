"""What differs between two terms: entries that came, went and moved, and the words of longer texts."""

from copy import deepcopy
from pathlib import Path

from badges.editions import differences, read

LIBRARY = Path(__file__).parents[2] / "badges" / "library"
PRACTICE = read(LIBRARY / "l2-practice")


def changed(change):
    """The differences after `change` was made to a copy of the edition, by the title of their section."""
    after = deepcopy(PRACTICE)
    change(after)
    return {section.title: section for section in differences(PRACTICE, after)}


def test_nothing_differs_from_itself():
    assert changed(lambda form: None) == {}


def test_entries_come_go_and_change_places():
    def change(form):
        rows = form["activities"]
        rows.append(rows[0] | {"key": "new", "title": "Write a note"})
        rows.insert(1, rows.pop(0))
        del rows[-2]

    found = changed(change)["Activities"]

    assert found.added == ["Write a note"]
    assert found.removed == ["Deeper dive: the resources at the end of the Overview"]
    assert found.reordered == ["activities"]


def test_a_long_text_is_compared_word_by_word_and_shortened_where_nothing_changed():
    def change(form):
        form["directions"] = form["directions"].replace("keep it open", "leave it open")

    [one] = changed(change)["Directions"].changed

    assert [(piece.kind, piece.text.strip()) for piece in one.pieces if piece.kind != "same"] == [
        ("gone", "keep"),
        ("new", "leave"),
    ]
    assert len("".join(piece.text for piece in one.pieces)) < len(PRACTICE["directions"]) / 2


def test_a_level_deep_in_the_rubric_is_named_by_its_way():
    def change(form):
        form["documents"][0]["prompts"][0]["criteria"][0]["levels"][0]["passing"] = False

    [one] = changed(change)["Documents"].changed

    assert (one.field, one.before, one.after) == ("The lowest level that passes", "yes", "no")
    assert one.of.startswith("Level 2 Practice Reflection Guide › L2-RG-Q1 › Draws meaning from the stages › Meets")


def test_a_change_is_told_in_the_words_of_the_pages():
    def change(form):
        form["pass_rule"] = "count"
        form["documents"][0]["prompts"].insert(1, form["documents"][0]["prompts"].pop(0))

    found = changed(change)

    [rule] = found["Term and rules"].changed
    assert (rule.field, rule.before) == ("Earned by", "Every criterion at its passing level")
    assert found["Documents"].reordered == ["Level 2 Practice Reflection Guide › questions"]
