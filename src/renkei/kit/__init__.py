"""What suite authors use: everything a suite may import from Renkei is listed here."""

from renkei.flow.contract import Item
from renkei.flow.exchange import Exchange, Request
from renkei.kit.datafile import DataFile, quoting_faults, shape
from renkei.kit.expect import Ambiguous, Blocked, Expect, NotApplicable, NotRun, Undecided, Violation
from renkei.kit.forall import Forall
from renkei.kit.requirement import requirement
from renkei.kit.series import DELETED, LATEST, Record, Series, series_of
from renkei.kit.target import Client, Provider
from renkei.tables.checkdigits import is_kojinbango
from renkei.tables.fields import character_length, violations

__all__ = [
    "DELETED",
    "LATEST",
    "Ambiguous",
    "Blocked",
    "Client",
    "DataFile",
    "Exchange",
    "Expect",
    "Forall",
    "Item",
    "NotApplicable",
    "NotRun",
    "Provider",
    "Record",
    "Request",
    "Series",
    "Undecided",
    "Violation",
    "character_length",
    "is_kojinbango",
    "quoting_faults",
    "requirement",
    "series_of",
    "shape",
    "violations",
]
