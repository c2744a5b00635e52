"""Test data: characters, numbers, dates, people, broken requests, and strategies compiled from schemas."""

from renkei.kit.strategies.breaking import Broken, breakers, several
from renkei.kit.strategies.characters import damage, full_width, half_width, hard_characters, katakana, open_characters
from renkei.kit.strategies.dates import calendar_dates, hard_dates, loose_dates, times, unknown_dates
from renkei.kit.strategies.numbers import (
    atenabango,
    atenabango_of,
    dantaikodo,
    dantaikodo_of,
    hojinbango,
    hojinbango_of,
    kojinbango,
    kojinbango_of,
)
from renkei.kit.strategies.person import KINDS, address_text, inquiry, minimal, persons
from renkei.kit.strategies.provider import BACKEND, sample
from renkei.kit.strategies.schema import for_item, from_schema

__all__ = [
    "BACKEND",
    "KINDS",
    "Broken",
    "address_text",
    "atenabango",
    "atenabango_of",
    "breakers",
    "calendar_dates",
    "damage",
    "dantaikodo",
    "dantaikodo_of",
    "for_item",
    "from_schema",
    "full_width",
    "half_width",
    "hard_characters",
    "hard_dates",
    "hojinbango",
    "hojinbango_of",
    "inquiry",
    "katakana",
    "kojinbango",
    "kojinbango_of",
    "loose_dates",
    "minimal",
    "open_characters",
    "persons",
    "sample",
    "several",
    "times",
    "unknown_dates",
]
