"""Requirements: what the standard asks, by whom it must be kept, and how much it matters."""

from __future__ import annotations

import enum
from dataclasses import dataclass

# Ids of requirements that a document of another standard brings with it.
CARRIED_PREFIX = "BD-"


class Level(enum.StrEnum):
    """Function class of the standard (標準 §1.6): 必須, 標準オプション, 実装不可, 推奨."""

    REQUIRED = "必須"
    OPTION = "標準オプション"
    FORBIDDEN = "実装不可"
    RECOMMENDED = "推奨"

    @property
    def required(self) -> bool:
        """Whether a failure of this level counts in a roll-up (実装不可 is a duty not to do something)."""
        return self in (Level.REQUIRED, Level.FORBIDDEN)


class Impact(enum.StrEnum):
    """What a violation does to the office's work, worst first in :data:`IMPACT_ORDER`."""

    LEAKS = "leaks_data"
    CORRUPTS = "corrupts_data"
    BLOCKS = "blocks_exchange"
    DEGRADES = "degrades"
    COSMETIC = "cosmetic"


IMPACT_ORDER = tuple(Impact)


class Basis(enum.StrEnum):
    """Whether the clause says it (sourced), we read it so (interpretation), or the text is open (ambiguous)."""

    SOURCED = "sourced"
    INTERPRETATION = "interpretation"
    AMBIGUOUS = "ambiguous"


# What a vendor claims whose system fetches the data of file linkages over their REST form.
REST_FORM = "rest_form"


class Role(enum.StrEnum):
    """The side of a linkage on which a target is tested; ``pair`` is both at once, ``journey`` a life event over several."""

    PROVIDER = "provider"
    CONSUMER = "consumer"
    PAIR = "pair"
    JOURNEY = "journey"


class Transport(enum.StrEnum):
    """How a linkage travels; ``auth`` is the token service that stands before every REST linkage."""

    REST = "rest"
    FILE = "file"
    AUTH = "auth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One testable rule of one edition.

    ``id`` is short, stable and never reused. ``applies`` is the transport it speaks of; ``linkages`` narrows it to
    named linkages (empty: every linkage of that transport). ``option`` names the claim without which it is
    not claimed ("" for none). ``clause`` is document, version, section. ``rules`` are the fact-sheet rules
    (R4, F11, D5 …) that it covers. ``ambiguities`` name C-entries whose openness limits what it may judge.
    """

    id: str
    title_ja: str
    title_en: str
    text_ja: str
    text_en: str
    plain_ja: str
    plain_en: str
    level: Level
    impact: Impact
    role: Role
    applies: Transport
    linkages: tuple[str, ...]
    option: str
    clause: str
    basis: Basis
    ambiguities: tuple[str, ...]
    rules: tuple[str, ...]

    def concerns(self, linkage_id: str, transport: Transport) -> bool:
        """Whether this requirement asks something of the linkage."""
        return transport is self.applies and (not self.linkages or linkage_id in self.linkages)

    def title(self, language: str) -> str:
        """Title in ``ja`` or ``en``."""
        return self.title_ja if language == "ja" else self.title_en

    def text(self, language: str) -> str:
        """Rule text in ``ja`` or ``en``."""
        return self.text_ja if language == "ja" else self.text_en

    def plain(self, language: str) -> str:
        """One plain sentence for a clerk: what it means for the office's work."""
        return self.plain_ja if language == "ja" else self.plain_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguity:
    """A contradiction or gap of the official text (C1 …); recorded, never decided."""

    id: str
    text_ja: str
    text_en: str
    source: str
