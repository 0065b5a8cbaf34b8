"""Pictures of an answer where they stand, from the clean copy. What no browser can show stays told in words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from submissions.models import Answer, CleanCopy, Version

_TOLD = re.compile(r'<em data-picture="([0-9a-f]{8})">(.*?)</em>', re.DOTALL)
_DESCRIBED = re.compile(r"\[Picture: (.*)\]", re.DOTALL)
_GONE = r"<del>.*?</del>"


@dataclass(frozen=True)
class Picture:
    """One of an answer: its mark, the words that tell of it in the text, and what it says to who cannot see it."""

    mark: str
    told: str
    alt: str


def of(answer: Answer, number: int) -> Iterator[Picture]:
    """The pictures in the answer to question `number`, in their order."""
    for place, found in enumerate(_TOLD.finditer(answer.html), start=1):
        told = unescape(found[2])
        described = _DESCRIBED.fullmatch(told)
        alt = described[1] if described else f"Picture {place} of the answer to question {number}"
        yield Picture(found[1], told, alt)


def are_others(before: Answer, after: Answer) -> bool:
    """Whether other pictures stand in an answer than before. Where some have no mark, nobody knows: then not."""
    marks = [[mark for mark, _ in _TOLD.findall(answer.html)] for answer in (before, after)]
    are_known = all(
        len(found) == answer.text.count("[Picture") for found, answer in zip(marks, (before, after), strict=True)
    )
    return are_known and marks[0] != marks[1]


@dataclass(frozen=True)
class Gallery:
    """The pictures of one version that its reader may open: those in `copy`, each at the address of its mark."""

    copy: CleanCopy | None
    address: Callable[[str], str]

    def in_answer(self, answer: Answer, number: int) -> SafeString:
        """The answer as HTML with its pictures."""
        pictures = of(answer, number)
        shown = _TOLD.sub(lambda found: self._shown(next(pictures)) or found[0], answer.html)
        return mark_safe(shown)  # noqa: S308 - answers are cleaned when they are kept

    def in_changes(self, html: str, answer: Answer, number: int) -> SafeString:
        """What changed in an answer, as HTML, with the pictures it has now."""
        left = list(of(answer, number))
        if not left:
            return mark_safe(html)  # noqa: S308 - every word was escaped
        words = "|".join(sorted({re.escape(escape(each.told)) for each in left}, key=len, reverse=True))

        def shown(found: re.Match[str]) -> str:
            here = next((each for each in left if escape(each.told) == found[0]), None)
            if here is None:
                return found[0]
            left.remove(here)
            return self._shown(here) or found[0]

        return mark_safe(re.sub(f"{_GONE}|{words}", shown, html, flags=re.DOTALL))  # noqa: S308 - as above

    def _shown(self, picture: Picture) -> str:
        """Small, as a link to the whole of it; empty where there is none to show."""
        if self.copy is None or picture.mark not in self.copy.pictures:
            return ""
        return format_html(
            '<a class="picture" href="{}" target="_blank" data-enlarge><img src="{}" alt="{}" loading="lazy"></a>',
            self.address(picture.mark),
            self.address(picture.mark),
            picture.alt,
        )


NO_PICTURES = Gallery(None, str)


def for_its_owner(version: Version) -> Gallery:
    """As its applicant and the admins of the cohort see it. Queries: the clean copy; select it first."""
    copy: CleanCopy | None = getattr(version, "clean_copy", None)
    return Gallery(copy, lambda mark: reverse("submissions:picture", args=[version.pk, mark]))
