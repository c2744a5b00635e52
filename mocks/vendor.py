"""A vendor is a table: its style, its planted faults, and what it claims in a plan."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "vendors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What the text leaves open and vendors do differently. Every combination conforms."""

    # REST
    order: str = "ascending"  # of result rows: ascending, descending
    members: str = "specified"  # order of JSON members: specified, reversed
    absent: str = "omit"  # optional items without a value in 照会: omit, null
    spacing: str = "compact"  # compact, spaced
    seconds: str = "keep"  # of TIME when they are 00: keep, omit
    padding: str = "as_is"  # of migrated numbers: as_is, zeros
    missing_number_code: str = "E0001"  # C7: E0001, E0004
    auth_methods: tuple[str, ...] = ("client_secret_jwt", "client_secret_basic")
    partial_search: bool = True
    history_search: bool = True
    # files
    row_order: str = "key"  # key, reversed
    deltas: str = "together"  # what changed, of the offices: together, apart (two files, each with whole histories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One vendor: who it is, how it does things, what is wrong with it."""

    name: str
    product: str
    version: str
    style: Style
    faults: tuple[str, ...]
    claims: dict[str, Any]
    systems: tuple[str, ...] = ()  # the 業務 that it has besides 031 and 001; none given: all


class UnknownVendorError(ValueError):
    """A vendor was asked for that has no table under `mocks/vendors/`, or whose table is not understood."""


def names() -> list[str]:
    """Every vendor that has a table."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str) -> Vendor:
    """The vendor of that name."""
    path = FOLDER / f"{name}.toml"
    if name not in names():
        raise UnknownVendorError(f"no such vendor: {name!r}; known: {', '.join(names())}")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    style = table.get("style", {})
    if unknown := sorted(set(style) - {field.name for field in fields(Style)}):
        raise UnknownVendorError(f"{path.name}: unknown style {', '.join(unknown)}")
    if "auth_methods" in style:
        style["auth_methods"] = tuple(style["auth_methods"])
    return Vendor(
        name=name,
        product=table["product"],
        version=table["version"],
        style=Style(**style),
        faults=tuple(table.get("faults", ())),
        claims=table.get("claims", {}),
        systems=tuple(table.get("systems", ())),
    )
