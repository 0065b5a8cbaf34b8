"""A clean copy has the same words, and nothing that says who wrote them, where, when and with what."""

import io
import re
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from random import Random
from zlib import crc32

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.word import package
from badges.word.package import unpack
from submissions import checks
from submissions.checks.cleaning import Altered, Writer, _compare, clean_here, names, pictures, rules, sandbox
from submissions.checks.contract import Refusal
from tests.roundtrips import programs
from tests.submissions import telltale
from tests.submissions.checks import papers

pytestmark = pytest.mark.files
DANA = Writer("Okafor", "Dana", "L2-0417-K")
NAMES_SHOWN = Writer("Okafor", "Dana")
STRICT = {
    papers.W: "http://purl.oclc.org/ooxml/wordprocessingml/main",
    papers.R: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
CANARY = re.compile(rb"Canary[A-Za-z]+|C\0a\0n\0a\0r\0y\0")


@pytest.fixture
def cleaned(tmp_path):
    """The clean copy of these bytes, and what a reader may miss."""

    def clean(content: bytes, writer: Writer = DANA) -> tuple[bytes, tuple[str, ...]]:
        path, into = tmp_path / "received", io.BytesIO()
        path.write_bytes(content)
        missed = clean_here(path, into, writer).missed
        return into.getvalue(), missed

    return clean


@pytest.fixture
def read(tmp_path):
    """What our reader makes of these bytes: answers, the text beside them, the words."""

    def look(content: bytes, **changes):
        path = tmp_path / "read"
        path.write_bytes(content)
        found = checks.examine_here(path, papers.expectation(**changes))
        return found.answers, found.outside, found.words, found.kind

    return look


def canaries(content: bytes) -> set[str]:
    """Every canary in the names and the bytes of the parts."""
    parts = unpack(content)
    whole = b"\n".join([*parts.values(), *(name.encode() for name in parts)])
    return {found.decode(errors="replace") for found in CANARY.findall(whole)}


def test_no_canary_survives(cleaned):
    paper = telltale.paper()

    copy, _ = cleaned(paper)

    assert len(canaries(paper)) > 60
    assert canaries(copy) == set()


def test_what_a_reader_may_miss_is_said(cleaned):
    assert cleaned(telltale.paper())[1] == (
        "another document inside it",
        "embedded files",
        "pictures kept on another computer",
    )


def test_the_copy_reads_as_the_original_does(cleaned, read):
    paper = telltale.paper()

    copy, _ = cleaned(paper)

    assert read(copy) == read(paper)
    assert "<Commented> & kept." in read(copy)[1]


def test_a_filled_in_template_reads_the_same_and_is_still_recognised(cleaned, read):
    paper = papers.filled(author="Dana Okafor")

    copy, missed = cleaned(paper)

    assert read(copy) == read(paper)
    assert (read(copy)[3], missed) == ("reflection-guide", ())
    assert not any(re.search(b"Okafor|Dana", part) for part in unpack(copy).values())


def test_strict_files_stay_strict(cleaned, read):
    parts = unpack(papers.filled())
    for spoken, strict in STRICT.items():
        parts = {name: part.replace(spoken.encode(), strict.encode()) for name, part in parts.items()}
    paper = package.pack(parts)

    copy, _ = cleaned(paper)

    assert read(copy) == read(paper)
    assert not any(spoken.encode() in part for part in unpack(copy).values() for spoken in STRICT)


def test_every_program_opens_the_copy(cleaned):
    paper = docx.Document(io.BytesIO(cleaned(telltale.paper())[0]))
    part = paper.part

    assert [one.text for one in paper.paragraphs][0] == "Last name, first name: L2-0417-K"
    assert sorted(str(one.partname) for one in part.package.iter_parts() if "media" in one.partname) == [
        f"/word/media/image{number}.{kind}"
        for number, kind in enumerate(("jpeg", "png", "gif", "tiff", "emf"), start=1)
    ]


def test_libreoffice_opens_the_copy_and_reads_the_same_words(cleaned, tmp_path):
    names_shown = {"telltale": telltale.paper(), "filled": papers.filled()}
    copies = {f"{name} copy": cleaned(content, NAMES_SHOWN)[0] for name, content in names_shown.items()}

    saved = programs.libreoffice({**names_shown, **copies}, tmp_path)

    for name in names_shown:
        texts, texts_of_copy = (
            [one.text for one in docx.Document(io.BytesIO(saved[each])).element.body.iter(f"{{{papers.W}}}t")]
            for each in (name, f"{name} copy")
        )
        assert "".join(filter(None, texts)) == "".join(filter(None, texts_of_copy)) != ""


def test_people_get_neutral_names_the_same_throughout(cleaned):
    comments = unpack(cleaned(telltale.paper())[0])["word/comments.xml"].decode()
    main = unpack(cleaned(telltale.paper())[0])["word/document.xml"].decode()

    assert re.findall(r'w:author="(.*?)" w:initials="(.*?)"', comments) == [
        ("Reviewer 2", "R2"),
        ("Applicant", "A"),
        ("Applicant", "A"),
    ]
    assert set(re.findall(r'w:author="(.*?)"', main)) == {"Reviewer 1"}


def test_where_names_are_read_the_printed_name_stays(cleaned):
    copy = unpack(cleaned(telltale.paper(), NAMES_SHOWN)[0])

    assert b"Dana" in copy["word/document.xml"] and b"Okafor" in copy["word/header1.xml"]


def test_in_a_header_the_name_is_found_across_runs(cleaned):
    header = unpack(cleaned(telltale.paper())[0])["word/header1.xml"].decode()

    assert "".join(re.findall(r"<w:t[^>]*>(.*?)</w:t>", header)) == "L2-0417-K, page"


def test_links_that_somebody_wrote_stay_and_no_other_leads_out(cleaned):
    copy = unpack(cleaned(telltale.paper())[0])
    outside = [line for part in copy.values() for line in re.findall(rb"<Relationship [^>]*External[^>]*>", part)]

    assert len(outside) == 1 and b'Target="https://example.org/a?b&amp;c"' in outside[0]


def test_every_link_of_the_copy_leads_somewhere(cleaned):
    copy = unpack(cleaned(telltale.paper())[0])

    for name, part in copy.items():
        if name.endswith(".rels"):
            source = copy.get(name.replace("_rels/", "").removesuffix(".rels"), b"")
            known = set(re.findall(rb' Id="(.*?)"', part))
            used = set(re.findall(rb' r:(?:id|embed|link)="(.*?)"', source))
            targets = {target.decode() for target in re.findall(rb'Target="/(.*?)"', part)}
            assert used <= known and targets <= set(copy)


def test_names_prefixes_and_spaces_stay_as_they_were(cleaned):
    body = '<w:p><w:r><w:t xml:space="preserve"> a  b\t&#13;&amp;&lt;&#34; </w:t></w:r></w:p>'
    before = papers.written(body)

    after = unpack(cleaned(before)[0])[papers.MAIN].decode()

    assert after.partition("?>\n")[2] == unpack(before)[papers.MAIN].decode().replace("&#34;", '"')


def test_the_same_file_gives_the_same_bytes(cleaned):
    assert cleaned(telltale.paper()) == cleaned(telltale.paper())


def test_a_copy_of_a_copy_is_the_copy(cleaned):
    copy, _ = cleaned(telltale.paper())

    assert cleaned(copy)[0] == copy


def test_a_field_that_never_ends_keeps_no_instruction(cleaned):
    begun = '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>CanaryField</w:instrText></w:r>'

    copy, _ = cleaned(papers.written(f"<w:p>{begun * 30}</w:p>"))

    assert canaries(copy) == set()
    with pytest.raises(Refusal):
        cleaned(papers.written(f"<w:p>{begun * 60}</w:p>"))


def test_what_is_held_has_an_end_and_nothing_is_shown_for_it(cleaned):
    """A paragraph without end: the name at its beginning is found all the same."""
    runs = "".join(f"<w:r><w:t>{number:x}</w:t></w:r>" for number in range(60_000))
    name = "<w:r><w:t>Last name, first name: Okafor</w:t></w:r>"

    copy, _ = cleaned(papers.written(f"<w:p>{name}{runs}</w:p>"))

    assert b"Okafor" not in unpack(copy)[papers.MAIN]


def test_a_copy_with_other_words_is_never_kept():
    one, other = (io.BytesIO(papers.written(papers.line(text))) for text in ("My answer.", "Your answer."))

    _compare(one, one, 0)
    _compare(one, other, 1)
    with pytest.raises(Altered):
        _compare(one, other, 0)


@given(st.binary(max_size=8), st.integers(0, 2_000), st.sampled_from(sorted(telltale.parts())))
def test_a_bent_part_ends_in_a_copy_or_in_a_refusal(tmp_path_factory, bent, place, name):
    parts = telltale.parts()
    place = place % len(parts[name])
    path = tmp_path_factory.mktemp("bent") / "received"
    path.write_bytes(package.pack({**parts, name: parts[name][:place] + bent + parts[name][place + len(bent) :]}))
    into = io.BytesIO()

    try:
        clean_here(path, into, DANA)
    except Refusal:
        return

    with zipfile.ZipFile(into) as copy:
        assert copy.testzip() is None


PICTURE = (
    '<w:p xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:v="urn:schemas-microsoft-com:vml">'
    "<w:r>{}</w:r></w:p>"
)
DRAWING = '<w:drawing><wp:inline><wp:docPr id="1" name="a"{}/><pic:pic>{}</pic:pic></wp:inline></w:drawing>'
DESCRIBED = (
    DRAWING.format(' descr="{}"', ""),
    DRAWING.format("", '<pic:nvPicPr><pic:cNvPr id="0" name="a" descr="{}"/></pic:nvPicPr>'),
    '<w:pict><v:shape id="a" alt="{}"><v:imagedata/></v:shape></w:pict>',
)


@pytest.mark.parametrize("described", DESCRIBED)
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("A tree", "A tree"),
        ("https://example.org/tree.jpg", "https://example.org/tree.jpg"),
        ("C:\\Users\\dana\\tree.jpg", ""),
        ("Description: Description: C:\\Users\\dana\\tree.jpg", ""),
    ],
)
def test_a_description_of_a_picture_stays_unless_it_is_a_place_on_a_disk(cleaned, described, said, shown):
    copy, _ = cleaned(papers.written(PICTURE.format(described.format(said))))

    (document,) = (part.decode() for name, part in unpack(copy).items() if name == papers.MAIN)
    assert re.findall('(?:descr|alt)="([^"]*)"', document) == [shown] * bool(shown)


def test_a_footer_that_is_not_there_does_not_cost_the_copy(cleaned, read):
    paper = papers.related(papers.filled(), "footer", "gone.xml", external=False)

    copy, _ = cleaned(paper)

    assert read(copy) == read(paper)


def test_damaged_properties_do_not_cost_the_copy(cleaned):
    broken = package.pack({**telltale.parts(), "docProps/core.xml": b"<no"})

    assert cleaned(broken)[1] == cleaned(telltale.paper())[1]


def test_what_is_no_word_file_has_no_copy(cleaned):
    with pytest.raises(Refusal):
        cleaned(b"%PDF-1.7")


# Pictures ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("make", [telltale.jpeg, telltale.png, telltale.gif, telltale.tiff, telltale.emf])
def test_a_picture_keeps_its_data_and_loses_its_notes(make):
    kind, cleaned = pictures.clean(make())

    assert CANARY.search(make()) and not CANARY.search(cleaned)
    assert kind.extension == make.__name__
    assert pictures.clean(cleaned)[1] == cleaned


def test_where_a_picture_lies_in_the_copy_is_told_if_browsers_can_show_it(tmp_path):
    path, into = tmp_path / "received", io.BytesIO()
    path.write_bytes(telltale.paper())

    found = clean_here(path, into, DANA).pictures

    assert {mark: (one.type, into.getvalue()[one.begins :][: one.size_bytes]) for mark, one in found.items()} == {
        f"{crc32(make()):08x}": (f"image/{make.__name__}", pictures.clean(make())[1])
        for make in (telltale.jpeg, telltale.png, telltale.gif)
    }


def test_the_coded_data_of_a_jpeg_stays_as_it_was():
    assert b"coded\xff\x00data\xff\xd0more" in pictures.clean(telltale.jpeg())[1]


@given(st.sampled_from([telltale.jpeg, telltale.png, telltale.gif, telltale.tiff, telltale.emf]), st.data())
def test_a_broken_picture_is_cleaned_or_left_out(make, data):
    content = bytearray(make())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    broken = bytes(content[: data.draw(st.integers(0, len(content)))])

    with suppress(pictures.Unclear):
        pictures.clean(broken)


# Names and rules -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Last name, first name: Okafor, Dana"], ["Last name, first name: K"]),
        (["Last name, ", "first name:", " Okafor", ", Dana"], ["Last name, ", "first name:", " K", ""]),
        (["  Last Name,\u00a0first name : Okafor"], ["  Last Name,\u00a0first name : K"]),
        (["Last name, first name: "], None),
        (["About the Last name, first name: Okafor"], None),
        (["Dana Okafor wrote this"], None),
    ],
)
def test_the_name_on_our_own_line_is_found(texts, expected):
    assert names.Names("Okafor", "Dana", "K").in_text(texts) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Okafor 3", "K 3"),
        ("Okafor, Dana and dana okafor", "K and K"),
        ("Okaforia", None),
        ("Growth Plan", None),
    ],
)
def test_in_a_margin_the_name_is_found_anywhere(text, expected):
    assert names.Names("Okafor", "Dana", "K").in_margin([text]) == (expected and [expected])


@pytest.mark.parametrize(
    ("instruction", "is_safe"),
    [
        (" PAGE \\* MERGEFORMAT", True),
        (' HYPERLINK "https://example.org"', True),
        (' HYPERLINK \\l "_Toc1"', True),
        (' HYPERLINK "\\\\server\\dana"', False),
        (' HYPERLINK "file:///C:/dana"', False),
        (" HYPERLINK \\\\server\\dana", False),
        (' HYPERLINK \\t "_blank" \\n "file:///C:/dana"', False),
        (" =SUM(ABOVE)", True),
        (" includepicture x", False),
        (" DDEAUTO excel x", False),
        (" ADDIN ZOTERO_ITEM {}", False),
        ("", False),
    ],
)
def test_fields_that_fetch_or_name_are_told_from_others(instruction, is_safe):
    assert rules.is_safe_field(instruction) == is_safe


# The child -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def paper(tmp_path) -> Path:
    path = tmp_path / "paper.docx"
    path.write_bytes(telltale.paper())
    return path


def test_the_child_makes_the_same_copy(paper, cleaned):
    with (paper.parent / "copy").open("w+b") as into:
        missed = sandbox.clean(paper, into, DANA).missed
        into.seek(0)

        assert (into.read(), missed) == cleaned(telltale.paper())


def test_the_child_says_why_there_is_no_copy(paper):
    paper.write_bytes(b"%PDF-1.7")

    with (paper.parent / "copy").open("w+b") as into, pytest.raises(sandbox.NotCleaned) as problem:
        sandbox.clean(paper, into, DANA)

    assert problem.value.is_final


@pytest.mark.parametrize(
    "limits", [sandbox.Limits(wall_seconds=0.01), sandbox.Limits(written_bytes=100), sandbox.Limits(memory_mib=32)]
)
def test_a_child_that_takes_too_much_may_be_asked_again(paper, limits):
    paper.write_bytes(package.pack(telltale.parts() | {"word/document.xml": _with_a_long_comment()}))
    with (paper.parent / "copy").open("w+b") as into, pytest.raises(sandbox.NotCleaned) as problem:
        sandbox.clean(paper, into, DANA, limits=limits)

    assert not problem.value.is_final


def _with_a_long_comment() -> bytes:
    """A parser holds a comment whole: about 80 MiB for these twelve, which no spare room of an interpreter hides."""
    noise = Random(1).randbytes(6 << 20).hex().encode()
    return telltale.parts()["word/document.xml"].replace(b"</w:body>", b"<!--" + noise + b"--></w:body>")


def test_the_child_knows_neither_django_nor_any_package():
    script = "import sys, submissions.checks.cleaning.child; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    root = Path(sandbox.__file__).resolve().parents[3]

    loaded = subprocess.run(
        [sys.executable, "-S", "-c", script], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()

    assert not set(loaded) & {"django", "docx", "lxml", "nh3", "microcred"}


def test_the_copy_is_a_sound_zip_with_its_types_first(cleaned):
    with zipfile.ZipFile(io.BytesIO(cleaned(telltale.paper())[0])) as copy:
        assert copy.testzip() is None
        assert copy.namelist()[0] == "[Content_Types].xml"
        assert {entry.date_time for entry in copy.infolist()} == {(1980, 1, 1, 0, 0, 0)}
