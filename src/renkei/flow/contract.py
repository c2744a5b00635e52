"""Contracts: systems, their data items, linkages and requirements, bundled into one edition."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.flow.journey import Story
from renkei.flow.requirement import Ambiguity, Requirement, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row of an item table, in the standard's own columns (項目定義書 legend).

    ``number`` is the 項番 inside ``group``; ``type`` one of X N 9 9V S9 BLOB YEAR DATE TIME; ``length`` the 桁数
    (characters; "n,m" for 9V); ``fixed`` whether 桁数 is exact; ``code`` a code-list id; ``repeat`` the maximum
    count; ``output`` 必須 / 条件付き必須 / 任意; ``nullable`` the null mark; ``condition`` the 項目説明 condition;
    ``implementation`` ○ when it must be output; ``basis`` sourced or interpretation with its ``clause``.
    ``when`` is the condition in a form that a machine can decide (``romaji=value|value``; ``romaji!=value|value`` for
    filled and none of these), "" when no item tells.
    """

    system: str
    group: str
    number: int
    name: str
    romaji: str
    type: str
    length: str
    fixed: bool
    key: bool
    code: str
    repeat: int
    output: str
    nullable: bool
    condition: str
    implementation: str
    description: str
    sample: str
    basis: str
    clause: str
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkage:
    """One linkage: who gives which data set to whom, and how (a row of linkages.csv).

    For REST, ``id`` is the operationId and ``path``/``scope`` are set; for files ``id`` is like ``001o006`` and
    ``group`` names the row's item group. ``timing`` is when it is sent (随時, 日次 …), ``method`` the standard's own mark
    (F file, A API, A/F either), ``purpose`` what the consumers need it for.
    """

    id: str
    name_ja: str
    name_en: str
    system: str
    consumers: tuple[str, ...]
    transport: Transport
    path: str = ""
    scope: str = ""
    group: str = ""
    kinds: tuple[str, ...] = ()
    timing: tuple[str, ...] = ()
    method: str = ""
    purpose: str = ""
    option: str = ""
    basis: str = "sourced"
    clause: str = ""


class RuleKind(enum.StrEnum):
    """How the cells of a row, or of two data sets, have to agree (column ``kind`` of rules.csv)."""

    ORDER = "order"
    PRESENT_WHEN = "present_when"
    ABSENT_WHEN = "absent_when"
    EQUALS_WHEN = "equals_when"
    SOME_PRESENT = "some_present"
    PATTERN = "pattern"
    SUM = "sum"
    UNIQUE = "unique"
    REFERENCE = "reference"
    BALANCE = "balance"
    BOTH_OR_NONE = "both_or_none"
    FLAG_WHEN_LISTED = "flag_when_listed"
    ABSENT_FROM = "absent_from"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """One rule between cells of a data set (a row of rules.csv), part of the requirement that ``requirement`` names.

    ``columns`` are romaji of ``linkage``; ``values`` and ``then`` the values of a condition and of what follows from it
    (for a pattern, ``values`` holds the one expression, which has to match the whole cell); ``others`` the linkages
    that ``other_columns`` belong to. A column that begins with ``-`` is subtracted in a sum; the value ``*`` of a
    condition stands for any. ``when`` and ``listed`` (``column=v|w`` or ``column!=v|w``, "" for all) say which rows of
    the linkage, and which rows of the others, the rule is about.
    """

    requirement: str
    linkage: str
    kind: RuleKind
    columns: tuple[str, ...]
    values: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    other_columns: tuple[str, ...] = ()
    when: str = ""
    listed: str = ""
    text: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns without their signs."""
        return tuple(name.removeprefix("-") for name in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One 業務: its id, names, linkages as provider, item groups and compiled OpenAPI document."""

    id: str
    romaji: str
    name_ja: str
    name_en: str
    linkages: tuple[Linkage, ...]
    items: tuple[Item, ...]
    document: Mapping[str, Any] = field(repr=False)
    rules: tuple[RowRule, ...] = ()

    def linkage(self, linkage_id: str) -> Linkage:
        """The linkage of that id; raises KeyError when the system has none."""
        for linkage in self.linkages:
            if linkage.id == linkage_id:
                return linkage
        raise KeyError(linkage_id)

    def group(self, name: str) -> tuple[Item, ...]:
        """The items of one group in 項番 order."""
        return tuple(item for item in self.items if item.group == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherEdition:
    """Another edition that a partner may stand on: until when it is accepted ("" for one that is not older), and why.

    ``columns`` are digests of the headings of those file linkages whose columns are others than in this edition;
    ``headings`` are these headings themselves, as far as they are known.
    """

    edition: str
    until: str = ""
    clause: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One edition: everything that was agreed, with the digest of every file it was read from.

    ``codes`` maps a code-list id to {code value: meaning}; ``file_profile`` holds the file-linkage parameters;
    ``digests`` maps a path relative to the contracts folder to its SHA-256 hex digest. ``closed_codes`` are the
    code lists whose values are published, so that any other value is an error; ``untested`` maps a requirement that
    cannot be tested from outside to its reason (Japanese, English). ``suite`` is the folder of suites that asks for it.
    ``journeys`` are the stories of life events that are played over several systems.
    ``accepted`` are older editions that may still be used (経過措置); ``newer`` is the edition that has replaced this one.
    """

    edition: str
    title_ja: str
    title_en: str
    systems: tuple[System, ...]
    requirements: tuple[Requirement, ...]
    ambiguities: tuple[Ambiguity, ...]
    codes: Mapping[str, Mapping[str, str]]
    file_profile: Mapping[str, Any]
    auth_document: Mapping[str, Any] = field(repr=False)
    digests: Mapping[str, str] = field(repr=False)
    closed_codes: frozenset[str] = frozenset()
    untested: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    suite: str = "provider"
    accepted: tuple[OtherEdition, ...] = ()
    newer: OtherEdition | None = None
    journeys: tuple[Story, ...] = ()

    @property
    def foreign(self) -> bool:
        """Whether these are documents of another standard, to which the generic requirements alone apply."""
        return self.suite == "generic"

    def system(self, system_id: str) -> System:
        """The system of that 業務ID; raises KeyError."""
        for system in self.systems:
            if system.id == system_id:
                return system
        raise KeyError(system_id)

    def linkage(self, linkage_id: str) -> Linkage:
        """The linkage of that id, of whatever system; raises KeyError."""
        for system in self.systems:
            for linkage in system.linkages:
                if linkage.id == linkage_id:
                    return linkage
        raise KeyError(linkage_id)

    def story(self, journey_id: str) -> Story:
        """The story of that id; raises KeyError."""
        for story in self.journeys:
            if story.id == journey_id:
                return story
        raise KeyError(journey_id)

    def requirement(self, requirement_id: str) -> Requirement:
        """The requirement of that id; raises KeyError."""
        for requirement in self.requirements:
            if requirement.id == requirement_id:
                return requirement
        raise KeyError(requirement_id)
