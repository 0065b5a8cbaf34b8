"""What tables say again is left out of a part before it is parsed; anything that could matter stays."""

import pytest

from submissions.checks.repeats import LONGEST, without_repeats

CELL = b'<w:tcPr><w:tcW w:w="99"/></w:tcPr>'
BORDERS = b'<w:tblPr><w:tblBorders><w:top w:sz="4"/></w:tblBorders></w:tblPr>'
SPAN = b'<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>'
HEARD = {"w:gridSpan", "w:p"}


def part(*pieces):
    return b"<?xml version='1.0'?><w:body>" + b"<w:p/>".join(pieces) + b"</w:body>"


def without(said):
    return without_repeats(said, HEARD.__contains__)


@pytest.mark.parametrize(("said", "elements"), [(CELL, 2), (BORDERS, 3)])
def test_the_first_stays_and_its_elements_are_counted(said, elements):
    assert without(part(said, said, said)) == (part(said, b"", b""), 2 * elements)


@pytest.mark.parametrize(
    "said",
    [
        part(SPAN, SPAN),
        part(CELL, b'<w:tcPr><w:tcW w:w="98"/></w:tcPr>'),
        part(b"<!--" + CELL + b"-->", CELL),
        part(b"<?said " + CELL + b"?>", CELL),
        part(b"<w:tcPr><w:tcPr>", b"<w:tcPr><w:tcPr></w:tcPr>"),
        part(b"<w:tcPr><w:tcPr x=''></w:tcPr>", b"<w:tcPr><w:tcPr x=''></w:tcPr>"),
        part(b"<w:tcPr></w:tcPr ></w:p></w:tcPr>", b"<w:tcPr></w:tcPr ></w:p></w:tcPr>"),
        part(b"<w:tcPr><w:tcW/>", b"<w:tcPr><w:tcW/>"),
        part(CELL, CELL, b" " * LONGEST),
    ],
    ids=["heard", "another", "comment", "instruction", "nested", "nested otherwise", "spaced", "open", "long"],
)
def test_what_could_matter_stays(said):
    assert without(said) == (said, 0)
