"""What is read in an uploaded document: small pure functions, from facts to findings.

No Django here: the same code runs in a child process with limits (`examine`) or in this one (`examine_here`).
"""

from submissions.checks.catalogue import CATALOGUE
from submissions.checks.contract import Answer, Examination, Expectation, Finding, Prompt, Slot
from submissions.checks.examination import FILE_BYTES, examine_here
from submissions.checks.sandbox import Limits, examine

__all__ = [
    "CATALOGUE",
    "FILE_BYTES",
    "Answer",
    "Examination",
    "Expectation",
    "Finding",
    "Limits",
    "Prompt",
    "Slot",
    "examine",
    "examine_here",
]
