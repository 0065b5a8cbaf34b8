"""What a reader might not see, or see where nobody looks: hidden, invisible, drawn, inserted."""

from functools import partial

from tests.hostile.case import blocked, fine, noted, unread, with_body
from tests.submissions.checks.papers import ANSWERS, filled, line, replaced

SHAPE = '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>{}'
BOX = SHAPE + "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
WORDS = "Our team looked at the data together, and this is what we saw."
RUN = f"<w:r>{{}}<w:t>{WORDS}</w:t></w:r>"


def only(run: str) -> bytes:
    """A guide whose three answers are all this."""
    content = filled(dict.fromkeys(ANSWERS, "PLACE"))
    return replaced(content, '<w:r><w:t xml:space="preserve">PLACE</w:t></w:r>', run)


def typed(text: str) -> bytes:
    return filled(dict.fromkeys(ANSWERS, text))


def invisible(signs: str) -> bytes:
    return only(f'<w:r><w:t xml:space="preserve">{signs * 9}</w:t></w:r>')


CASES = (
    noted("only hidden text", partial(only, RUN.format("<w:rPr><w:vanish/></w:rPr>")), "text.none"),
    blocked("only hidden spaces", partial(only, "<w:r><w:rPr><w:vanish/></w:rPr><w:t> </w:t></w:r>"), "kind.template"),
    blocked("only deleted text", partial(only, f"<w:del>{RUN.format('')}</w:del>"), "kind.template"),
    blocked("only spaces", partial(invisible, "\u00a0\u2003\u3000\u2028\u202f "), "kind.template"),
    noted("only zero-width signs", partial(invisible, "\u200b\u200c\u200d\u2060\ufeff"), "text.none", "answers.short"),
    noted("only signs that steer", partial(invisible, "\u202a\u202e\u2066\u2069\u200e"), "text.none", "answers.short"),
    fine("only a text box", partial(only, BOX.format(line(WORDS)))),
    noted("only an insertion", partial(only, f"<w:ins>{RUN.format('')}</w:ins>"), "open.tracked"),
    fine(
        "hidden text beside what is seen", lambda: with_body(f"<w:p>{RUN.format('<w:rPr><w:vanish/></w:rPr>')}</w:p>")
    ),
    fine("text from right to left", partial(typed, "אנחנו ראינו את הנתונים יחד עם הצוות שלנו")),
    fine("text beyond the first plane", partial(typed, "𝒲𝑒 𝓈𝒶𝓌 𝒾𝓉 👩🏽‍🏫 together")),
    fine("marks upon marks", partial(typed, "We s\u0300\u0301\u0302\u0303aw" + "\u0300" * 5_000 + " it all together")),
    unread("fifty words outside the boxes", lambda: replaced(filled({}), "<w:body>", f"<w:body>{line(WORDS * 8)}")),
)
