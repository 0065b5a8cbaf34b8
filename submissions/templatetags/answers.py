"""What was read in a file, on a page."""

from django import template

from submissions.models import Answer
from submissions.pictures import Gallery

register = template.Library()


@register.simple_tag
def answer_html(answer: Answer, number: int, gallery: Gallery):
    """The answer to question `number`, with its pictures from the gallery."""
    return gallery.in_answer(answer, number)
