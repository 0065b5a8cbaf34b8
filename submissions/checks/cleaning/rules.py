"""What a clean copy loses: elements, attributes and settings that say who wrote a file, where, when, and with what."""

import re

from submissions.checks.words import is_path

# Namespaces by what they mean, transitional and strict alike. What is in none of them is some program's own.
_MAIN = "http://schemas.openxmlformats.org/"
_STRICT = "http://purl.oclc.org/ooxml/"
FAMILIES = {
    f"{_MAIN}wordprocessingml/2006/main": "w",
    f"{_STRICT}wordprocessingml/main": "w",
    f"{_MAIN}officeDocument/2006/relationships": "r",
    f"{_STRICT}officeDocument/relationships": "r",
    f"{_MAIN}officeDocument/2006/custom-properties": "op",
    f"{_STRICT}officeDocument/customProperties": "op",
    f"{_MAIN}officeDocument/2006/math": "m",
    f"{_STRICT}officeDocument/math": "m",
    f"{_MAIN}drawingml/2006/main": "a",
    f"{_STRICT}drawingml/main": "a",
    f"{_MAIN}drawingml/2006/wordprocessingDrawing": "wp",
    f"{_STRICT}drawingml/wordprocessingDrawing": "wp",
    f"{_MAIN}drawingml/2006/picture": "pic",
    f"{_STRICT}drawingml/picture": "pic",
    f"{_MAIN}drawingml/2006/chart": "c",
    f"{_STRICT}drawingml/chart": "c",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
    "http://schemas.microsoft.com/office/word/2012/wordml": "w15",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing": "wp14",
    "http://schemas.microsoft.com/office/word/2012/wordprocessingDrawing": "wp15",
    "http://schemas.microsoft.com/office/word/2023/wordml/word16du": "w16du",
    "http://schemas.microsoft.com/office/drawing/2010/main": "a14",
    "http://schemas.microsoft.com/office/drawing/2014/main": "a16",
    "http://schemas.microsoft.com/office/drawing/2014/chartex": "cx",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
}
_KNOWN = (_MAIN, _STRICT, "http://schemas.microsoft.com/office/", "urn:schemas-microsoft-com:", "http://www.w3.org/")


def is_known(space: str) -> bool:
    return not space or space.startswith(_KNOWN)


DROPPED = frozenset(
    {
        *("w rsid", "w permStart", "w permEnd", "w smartTagPr", "w customXmlPr", "w dataBinding", "w15 dataBinding"),
        *(
            "w placeholder",
            "w fldData",
            "w entryMacro",
            "w exitMacro",
            "w divId",
            "w altChunk",
            "w subDoc",
            "w control",
        ),
        *("w printerSettings", "wp15 webVideoPr", "a14 imgProps", "a16 creationId", "o signatureline"),
        *("o OLEObject", "w embedRegular", "w embedBold", "w embedItalic", "w embedBoldItalic"),
        *("c externalData", "cx externalData"),
    }
)
DROPPED_ATTRIBUTES = frozenset(
    {
        *("w rsidR", "w rsidRPr", "w rsidRDefault", "w rsidP", "w rsidTr", "w rsidSect", "w rsidDel"),
        *("w14 paraId", "w14 textId", "wp14 anchorId", "wp14 editId", "w date", "w16du dateUtc"),
        *("o title", "o gfxdata", "o href", "src"),
    }
)
# These hold something besides what they link to, and stay without it; anything else goes with its link.
STAYS_UNLINKED = frozenset({"w hyperlink", "a blip", "v imagedata", "v fill", "v stroke", "v shape", "w object"})
FORMULAS = frozenset({"c f", "cx f"})
LINKS = frozenset({"o relid", "relId"})  # relationships without their namespace
TOLD = frozenset({"w author", "w initials", "w instr", "href", "alt"})  # said in other words, or not at all
NAMED_SHAPES = frozenset({"docPr", "cNvPr"})
DESCRIBED = frozenset({"wp docPr", "pic cNvPr"})  # whose description is read where the picture is
SOME_CELL = "Sheet1!$A$1"

KEPT_SETTINGS = frozenset(
    f"w {name}"
    for name in (
        "zoom mirrorMargins alignBordersAndEdges bordersDoNotSurroundHeader bordersDoNotSurroundFooter gutterAtTop "
        "hideSpellingErrors hideGrammaticalErrors revisionView trackRevisions defaultTabStop autoHyphenation "
        "consecutiveHyphenLimit hyphenationZone doNotHyphenateCaps evenAndOddHeaders bookFoldRevPrinting "
        "bookFoldPrinting bookFoldPrintingSheets drawingGridHorizontalSpacing drawingGridVerticalSpacing "
        "displayHorizontalDrawingGridEvery displayVerticalDrawingGridEvery characterSpacingControl "
        "noPunctuationKerning strictFirstAndLastChars noLineBreaksAfter noLineBreaksBefore printTwoOnOne "
        "displayBackgroundShape footnotePr endnotePr compat themeFontLang clrSchemeMapping decimalSymbol listSeparator"
    ).split()
) | {"m mathPr"}

# Fields --------------------------------------------------------------------------------------------------------------
_SAFE_FIELDS = frozenset(
    "PAGE NUMPAGES SECTION SECTIONPAGES TOC TC XE INDEX REF PAGEREF NOTEREF STYLEREF SEQ HYPERLINK DATE TIME QUOTE = "
    "IF EQ SYMBOL ADVANCE LISTNUM AUTONUM AUTONUMLGL AUTONUMOUT NUMWORDS NUMCHARS FORMTEXT FORMCHECKBOX FORMDROPDOWN "
    "BIBLIOGRAPHY CITATION".split()
)
_NAMING_FIELDS = frozenset("AUTHOR LASTSAVEDBY FILENAME TEMPLATE USERNAME USERINITIALS USERADDRESS".split())
_WEB = ("http://", "https://", "mailto:")
_WORD = re.compile(r'"([^"]*)"|(\S+)')
_WITH_A_WORD = frozenset({"\\l", "\\o", "\\t", "\\s"})  # switches of a link that are followed by one


def is_web(target: str) -> bool:
    """A link that somebody wrote to be followed by a reader."""
    return target.strip().lower().startswith(_WEB)


def is_safe_field(instruction: str) -> bool:
    """Whether it fetches nothing and names nobody when it is brought up to date."""
    kind = _kind(instruction)
    return kind in _SAFE_FIELDS and (kind != "HYPERLINK" or _stays_on_the_web(instruction))


def _stays_on_the_web(link: str) -> bool:
    """A link leads to a page of the web, or nowhere outside the document."""
    words = iter(_WORD.findall(link)[1:])
    for quoted, bare in words:
        if bare.lower() in _WITH_A_WORD:
            next(words, None)
        elif not re.fullmatch(r"\\\w", bare):
            return is_web(quoted or bare)
    return True


def is_naming_field(instruction: str) -> bool:
    """Whether what it shows is a person's name, or a file's."""
    return _kind(instruction) in _NAMING_FIELDS


def _kind(instruction: str) -> str:
    first = instruction.split(maxsplit=1)[:1]
    return "=" if first and first[0].startswith("=") else "".join(first).upper()


def names_a_workbook(formula: str) -> bool:
    """What a chart was drawn from is not in the copy; the formula may still say where it lay."""
    return "[" in formula or is_path(formula.lstrip(" '"))
