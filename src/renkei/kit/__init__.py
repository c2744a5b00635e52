"""What suite authors use: everything a suite may import from Renkei is listed here."""

from renkei.kit.expect import Ambiguous, Blocked, Expect, NotApplicable, NotRun, Undecided, Violation
from renkei.kit.forall import Forall
from renkei.kit.requirement import requirement
from renkei.kit.target import Provider

__all__ = [
    "Ambiguous",
    "Blocked",
    "Expect",
    "Forall",
    "NotApplicable",
    "NotRun",
    "Provider",
    "Undecided",
    "Violation",
    "requirement",
]
