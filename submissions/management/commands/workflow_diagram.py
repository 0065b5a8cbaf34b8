"""`workflow_diagram`: the table of moves as a page, written to docs/workflow.md or compared with it."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from submissions.states import MOVES, Move, State

PAGE = Path(settings.BASE_DIR) / "docs" / "workflow.md"


class Command(BaseCommand):
    help = "Write docs/workflow.md from the table of moves; with --check, say whether it is current."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing; fail when the page is not current")

    def handle(self, *args, **options):
        if not options["check"]:
            PAGE.write_text(page(), encoding="utf-8")
        elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            raise CommandError("docs/workflow.md is not current. Run: manage.py workflow_diagram")


def page() -> str:
    """The diagram for the eye, the table for the rules: both from `submissions/states.py`."""
    return "\n".join(
        [
            "# The way of a submission",
            "",
            "Written by `manage.py workflow_diagram` from `submissions/states.py`; change it there.",
            "",
            "```mermaid",
            *diagram(),
            "```",
            "",
            *table(),
            "",
        ]
    )


def diagram() -> list[str]:
    lines = ["stateDiagram-v2", f"    [*] --> {State.DRAFT}"]
    lines += [f"    {state}: {state.label}" for state in State]
    for name, move in MOVES.items():
        lines += [f"    {source} --> {target}: {name}" for source, target in arrows(move)]
    return [*lines, f"    {State.AWARDED} --> [*]"]


def arrows(move: Move) -> list[tuple[State, State]]:
    """Each way of a move, in the order of the states; a way back leads where one came from."""
    return [(source, target) for source in State if source in move.sources for target in move.targets]


def table() -> list[str]:
    rows = ["| move | from | to | who | also |", "| --- | --- | --- | --- | --- |"]
    for name, move in MOVES.items():
        sources = ", ".join(state for state in State if state in move.sources)
        who = ", ".join(sorted(move.who))
        rows.append(f"| {name} | {sources} | {', '.join(move.targets)} | {who} | {move.also} |")
    return rows
