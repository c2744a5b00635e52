"""The mark by which a test says which requirements it judges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

ATTRIBUTE = "__renkei_requirements__"
# In a mark: every requirement that has rules in the tables of rules.
RULED = "rules.csv"
# In a mark: every requirement that a document of another standard brings with it.
CARRIED = "x-renkei-requirements"


def requirement(*ids: str, linkages: tuple[str, ...] = ()) -> Callable[[Function], Function]:
    """Mark a test as judging these requirements (on these linkages only, when given).

    The test runs once for each selected case of the plan and gets the fixtures ``case``, ``target``, ``expect``
    and ``forall``. Pass one id unless one and the same assertion really decides several; ``rules.csv`` stands for all
    requirements that have rules there, ``x-renkei-requirements`` for those that a document carries.
    """
    if not ids:
        raise ValueError("expected at least one requirement id")

    def mark(function: Function) -> Function:
        setattr(function, ATTRIBUTE, (ids, linkages))
        return function

    return mark
