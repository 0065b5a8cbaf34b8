"""An edition as a ZIP that somebody brings: every trap gets a sentence, and nothing outside its folder is touched."""

import io
import zipfile

import pytest

from badges.editions import EditionFault, unpack
from badges.editions.archive import NOT_OURS


def packed(files, **how):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


def spoiled():
    """A ZIP whose directory is right and whose content is not."""
    data = bytearray(packed([("e/edition.yaml", "slug: x\n" * 50)]))
    data[45:60] = b"\xff" * 15
    return bytes(data)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", NOT_OURS),
        (b"%PDF-1.4", NOT_OURS),
        (b"PK\x03\x04" + b"\0" * 60, NOT_OURS),
        (spoiled(), NOT_OURS),
        (b"x" * 1_000_001, "The ZIP is larger than 1 MB."),
        (packed([("edition.yaml", "x: " + "y" * 1_000_001)]), "edition.yaml: is larger than an edition’s files are."),
        (packed([(f"{n}.md", "z" * 999_999) for n in range(6)]), "5.md: is larger than an edition’s files are."),
        (packed([(f"{n}.md", "") for n in range(301)]), "The ZIP holds more than 300 files."),
        (packed([("../edition.yaml", "")]), "../edition.yaml: leads outside the ZIP."),
        (packed([("..\\edition.yaml", "")]), "../edition.yaml: leads outside the ZIP."),
        (packed([("/etc/edition.yaml", "")]), "/etc/edition.yaml: leads outside the ZIP."),
        (packed([("C:/edition.yaml", "")]), "C:/edition.yaml: leads outside the ZIP."),
        (packed([("e/edition.yaml", ""), ("e/run.sh", "")]), "e/run.sh: is neither .yaml nor .md."),
        (packed([("a.md", ""), ("a.md/edition.yaml", "")]), NOT_OURS),
        (packed([("a/edition.yaml", ""), ("b/edition.yaml", "")]), "The ZIP holds 2 files “edition.yaml”"),
        (packed([("directions.md", "Hello")]), "The ZIP holds no files “edition.yaml”"),
        (packed([("e/edition.yaml", "slug: &a x\nterm: *a")]), "e/edition.yaml, line 2: cannot be read: “*” repeats"),
        (packed([("e/edition.yaml", "[" * 100_000)]), "e/edition.yaml, line 1: cannot be read: it is nested"),
        (packed([("e/edition.yaml", "a: !!python/object:os.system x")]), "e/edition.yaml, line 1: cannot be read"),
        (packed([("e/edition.yaml", "slug: x\nprogram: ../../../../etc/passwd")]),
         "e/edition.yaml, line 2: program leads outside the library"),
    ],
)  # fmt: skip
def test_a_trap_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(EditionFault) as caught:
        unpack(content)

    assert any(fault.startswith(sentence) for fault in caught.value.faults), caught.value.faults


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_stands_twice_is_refused():
    with pytest.raises(EditionFault, match="stands twice"):
        unpack(packed([("e/edition.yaml", "a: 1"), ("e/edition.yaml", "a: 2")]))
