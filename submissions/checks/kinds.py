"""What a file can be instead of a Word document: its name in a sentence, and the way to a Word file. Data."""

from dataclasses import dataclass

from submissions.checks.catalogue import refuse
from submissions.checks.contract import Refusal

Steps = tuple[tuple[str, str], ...]  # (program, what to press there)


@dataclass(frozen=True)
class Kind:
    """`name` completes "This is …"; `steps` lead to a .docx."""

    name: str
    steps: Steps


_WORD = ("Word", "Open it, then File, Save As, Word Document (.docx).")
_WORD_OR_NOT = ("Word", "Open it. If your text is there: File, Save As, Word Document (.docx).")
_GOOGLE = ("Google Docs", "File, Download, Microsoft Word (.docx).")
_GOOGLE_UPLOAD = ("Google Docs", "Add it to Google Drive, open it with Google Docs, then File, Download, Word (.docx).")
_PAGES = ("Pages", "File, Export To, Word.")
_PAGES_TOUCH = ("iPad or iPhone", "Open it in Pages, then the three dots, Export, Word.")
_LIBRE = ("LibreOffice", "Open it, then File, Save As, Word 2010–365 Document (.docx).")
_PHONE = ("Phone", "In the Word or Google Docs app: Share, Send a copy, Word (.docx), Save to Files.")
_PASTE = ("Word", "Copy your text into the template of this document, save it, and add that.")
_ORIGINAL = ("Word", "Open the document you wrote, not this copy of it, and add that.")
_DOWNLOAD = ("Browser", "Open the page where the document is, sign in there, and download it once more.")

KINDS = {
    # for reading and printing
    "pdf": Kind("a PDF", (_ORIGINAL, _GOOGLE, _PAGES, _PHONE)),
    "xps": Kind("an XPS file, which is for printing", (_ORIGINAL,)),
    "epub": Kind("an e-book (.epub)", (_PAGES, _ORIGINAL)),
    # other word processors
    "doc": Kind("an older Word file (.doc)", (_WORD, _LIBRE, _GOOGLE_UPLOAD)),
    "dotx": Kind("a Word template (.dotx)", (_WORD,)),
    "wordml": Kind("a Word 2003 XML file", (_WORD, _LIBRE)),
    "flatopc": Kind("a Word XML file (.xml)", (_WORD, _LIBRE)),
    "rtf": Kind("a rich text file (.rtf)", (_WORD, _LIBRE, ("TextEdit", "File, Save As, Word 2007 (.docx)."))),
    "odt": Kind("an OpenDocument text (.odt)", (_LIBRE, _WORD, _GOOGLE_UPLOAD)),
    "pages": Kind("a Pages document", (_PAGES, _PAGES_TOUCH)),
    "works": Kind("a Microsoft Works document", (_WORD, _LIBRE)),
    "wordperfect": Kind("a WordPerfect document", (("WordPerfect", "File, Save As, MS Word (.docx)."), _LIBRE)),
    "html": Kind("a web page", (_WORD_OR_NOT, _GOOGLE)),
    "mhtml": Kind("a web page in a single file", (_WORD, _GOOGLE)),
    "text": Kind("a plain text file", (_PASTE,)),
    "xml": Kind("an XML file", (_WORD_OR_NOT,)),
    # a way to a document
    "gdoc": Kind("a shortcut to a Google document, not the document", (_GOOGLE, _PHONE)),
    "gsheet": Kind("a shortcut to a Google spreadsheet", (_PASTE,)),
    "gslides": Kind("a shortcut to a Google presentation", (_PASTE,)),
    "link": Kind("a link to a document, not the document", (_DOWNLOAD, _GOOGLE)),
    "sign_in": Kind("a sign-in page that was saved in place of the document", (_DOWNLOAD, _GOOGLE)),
    "unfinished": Kind("a download that was not finished", (_DOWNLOAD,)),
    "icloud": Kind(
        "a placeholder for a file that is still in iCloud",
        (("Mac", "In Finder, click the cloud beside the file, wait until it is gone, then add the file again."),),
    ),
    "lock": Kind(
        "a helper file that Word keeps while a document is open",
        (("Word", "Close the document, then add the file whose name has no ~$ in front."),),
    ),
    "fork": Kind(
        "a helper file that a Mac keeps beside the document",
        (("Mac", "Add the file of the same name without ._ in front."),),
    ),
    # not a text
    "excel": Kind("an Excel workbook", (_PASTE,)),
    "powerpoint": Kind("a PowerPoint presentation", (_PASTE,)),
    "ods": Kind("an OpenDocument spreadsheet", (_PASTE,)),
    "odp": Kind("an OpenDocument presentation", (_PASTE,)),
    "visio": Kind("a Visio drawing", (_PASTE,)),
    "publisher": Kind("a Publisher file", (_PASTE,)),
    "onenote": Kind("a OneNote notebook", (("OneNote", "File, Export, Page, Word Document (.docx)."), _PASTE)),
    "mail": Kind("an e-mail", (("Mail", "Open it, save the attached Word file, and add that."), _PASTE)),
    "numbers": Kind("a Numbers spreadsheet", (_PASTE,)),
    "keynote": Kind("a Keynote presentation", (_PASTE,)),
    "office": Kind("a file of another program", (_WORD_OR_NOT, _PASTE)),
    "image": Kind("a picture", (_PASTE, ("Phone", "Reviewers need the text: type it into the template."))),
    "recording": Kind("a recording", (_PASTE,)),
    "zip": Kind(
        "a folder packed as .zip",
        (
            ("Windows", "Right-click it, Extract All, then add the Word file inside."),
            ("Mac", "Double-click it, then add the Word file inside."),
            ("Google Docs", "File, Download, Microsoft Word (.docx), not Web Page."),
        ),
    ),
    "archive": Kind("a packed folder", (("Computer", "Unpack it, then add the Word file inside."),)),
    "program": Kind("a program, not a document", (_ORIGINAL,)),
}
UNLOCK: Steps = (
    ("Word", "File, Info, Protect Document, Encrypt with Password: clear the box, save, and add it again."),
    ("Word on a Mac", "Review, Protect, Protect Document: clear the password to open, save, and add it again."),
    ("LibreOffice", "File, Save As, without the tick at Save with password."),
    ("Pages", "File, Export To, Word, without the tick at Require password."),
)
OPEN_TO_ALL: Steps = (
    ("Word", "File, Info, Protect Document, Restrict Access, Unrestricted Access: save, and add it again."),
    ("Word with labels", "Home, Sensitivity: choose a label that does not encrypt, save, and add it again."),
    _PASTE,
)
UNTIE: Steps = (
    ("Word", "File, Info, Edit Links to Files: break the link, save, and add it again."),
    ("Any program", "Copy your text into a new document, save it as .docx, and add that."),
)
NO_MACROS: Steps = (
    ("Word", "File, Save As, Word Document (.docx), then add that copy."),
    ("LibreOffice", "File, Save As, Word 2010–365 Document (.docx), then add that copy."),
)
SAVE_A_COPY: Steps = (
    (
        "Word",
        "Open it, File, Save a Copy, then add the copy. If it does not open: File, Open, Browse, Open and Repair.",
    ),
    _GOOGLE,
    _PAGES,
    _LIBRE,
)
SMALLER: Steps = (
    ("Word", "Click a picture, Picture Format, Compress Pictures, E-mail quality, save, and add it again."),
    ("Word on a Mac", "File, Reduce File Size, save, and add it again."),
    ("Google Docs", "Make the pictures fewer or smaller, then File, Download, Microsoft Word (.docx)."),
    ("Pages", "File, Reduce File Size, then File, Export To, Word."),
)


def not_word(kind: str) -> Refusal:
    """This is some other kind of file."""
    return refuse(f"type.{kind}", name=KINDS[kind].name, how=KINDS[kind].steps)


def damaged(reason: str) -> Refusal:
    return refuse("open.damaged", reason=reason, how=SAVE_A_COPY)


def unsafe(reason: str) -> Refusal:
    return refuse("open.unsafe", reason=reason, how=SAVE_A_COPY)
