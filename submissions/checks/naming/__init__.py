"""The naming rule, read generously: "Ward, C | Level 2 Growth Plan REVISED.docx".

Pure Python. `judge` never raises, and a canonical name is always accepted. Four verdicts:

accept     the name is the canonical one; nothing to say
normalise  who and what are both certain; the canonical name is kept, nobody is asked
fix        one question with one button: "Save as …"
reject     not a Word document, or a dangerous name
"""

from badges.names import canonical_name, safe_name

from .judging import NameVerdict, judge
from .saying import judge_received, say_of_name
from .words import fold

__all__ = ["NameVerdict", "canonical_name", "fold", "judge", "judge_received", "safe_name", "say_of_name"]
