"""What was read in the files of a submission."""

from badges.models import Prompt, RequiredDocument
from submissions.models import Answer, Submission, Version


def versions_of(submission: Submission, round_number: int) -> dict[int, Version]:
    """For each required document (its key) the version that counts in that round. Queries: one."""
    found: dict[int, Version] = {}
    for version in (
        Version.objects.filter(document__submission=submission)
        .that_count(round_number)
        .select_related("document__required", "document__submission", "clean_copy")
    ):
        found.setdefault(version.document.required_id, version)
    return found


def answers_of(submission: Submission, round_number: int) -> dict[int, Answer]:
    """For each prompt (its key) the answer that counts in that round. Queries: two."""
    versions = [version.pk for version in versions_of(submission, round_number).values()]
    answers = Answer.objects.filter(version__in=versions).select_related("prompt", "version")
    return {answer.prompt_id: answer for answer in answers}


def questions_of(version: Version, required: RequiredDocument) -> list[tuple[Prompt, Answer | None]]:
    """Every question of the document with what stands under it in that file. Queries: prompts, and answers once."""
    answers = {answer.prompt_id: answer for answer in version.answers.all()}
    return [(prompt, answers.get(prompt.pk)) for prompt in required.prompts.all()]
