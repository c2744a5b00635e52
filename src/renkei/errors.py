"""Every diagnosis Renkei can give, and the one table of exit codes.

The tree: ``RenkeiError`` ─ usage: ``UsageError`` ─ ``PlanError``, ``ContractError``, ``RunFolderError``,
``CertificateError``; target: ``TargetBlocked``; ourselves: ``HarnessError``.
Each error carries a kebab-case code, what was expected, the offending ``name=value`` pairs, what to do next,
and who can act. Sentences come from the message catalogues; an error holds only the code and its parameters.
"""

from __future__ import annotations

import enum
from typing import Any


class Owner(enum.StrEnum):
    """Who can act on a diagnosis."""

    VENDOR = "vendor"
    OPERATOR = "operator"
    SUITE_AUTHOR = "suite_author"
    HARNESS = "harness"


class ExitCode(enum.IntEnum):
    """What a Renkei process says when it ends; 0 only from a finished run with a pass and no failure."""

    CONFORMS = 0
    DOES_NOT_CONFORM = 1
    USAGE = 2
    BLOCKED = 3
    HARNESS = 4
    INTERRUPTED = 130
    TERMINATED = 143


class RenkeiError(Exception):
    """A diagnosis: ``code`` names the catalogue entry, ``values`` are its ``name=value`` parameters."""

    exit_code = ExitCode.HARNESS
    owner = Owner.HARNESS

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{code}: " + " ".join(f"{name}={value!r}" for name, value in values.items()))


class UsageError(RenkeiError):
    """The command line or an input file is wrong; nothing was started."""

    exit_code = ExitCode.USAGE
    owner = Owner.OPERATOR


class PlanError(UsageError):
    """The plan file is wrong (unknown key, missing secret, bad URL, unknown edition, overlap, waivers)."""


class ContractError(UsageError):
    """A contract table, workbook or OpenAPI document is wrong; the message names file and place."""

    owner = Owner.SUITE_AUTHOR


class RunFolderError(UsageError):
    """A run folder is unfinished, damaged, locked or of another format."""


class CertificateError(RenkeiError):
    """A certificate does not verify: it is not what its signer signed, or the evidence says otherwise."""

    exit_code = ExitCode.DOES_NOT_CONFORM
    owner = Owner.OPERATOR


class TargetBlocked(RenkeiError):
    """A target cannot be judged now (unreachable, TLS, token, clock, edition, test data)."""

    exit_code = ExitCode.BLOCKED
    owner = Owner.OPERATOR


class HarnessError(RenkeiError):
    """Our own fault: a crash, a full disk, an impossible state."""
