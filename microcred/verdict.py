"""Answers to "may this person do that?" and refusals that say why."""

from django.core.exceptions import PermissionDenied


class Refused(Exception):
    """What was asked cannot be done now. The message is a sentence for the person who asked."""


class Verdict:
    """Yes, or no with its reason: the sentence that stands where the button would be."""

    def __init__(self, reason: str = "") -> None:
        self.reason = reason

    def __bool__(self) -> bool:
        return not self.reason

    def __repr__(self) -> str:
        return f"Verdict({self.reason!r})"

    def enforce(self) -> None:
        """Raises: PermissionDenied with the reason, unless the answer is yes."""
        if self.reason:
            raise PermissionDenied(self.reason)


ALLOWED = Verdict()
