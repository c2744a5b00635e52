"""Which module is which boundary system."""

from mocks.boundary.desk import Context, Desk
from mocks.boundary.interface import Interface
from mocks.boundary.mainaportal_shinsei import Portal

DESKS: dict[str, type[Desk]] = {
    "mainaportal_shinsei": Portal,
}


def make(known: Interface, context: Context) -> Desk:
    """The desk of a system."""
    return DESKS[known.name](known, context)
