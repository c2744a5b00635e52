"""Which module is which boundary system."""

from mocks.boundary.chukan_server import IntermediateServer
from mocks.boundary.desk import Context, Desk
from mocks.boundary.eltax import Eltax
from mocks.boundary.interface import Interface
from mocks.boundary.jukinet_cs import ResidentNetwork
from mocks.boundary.mainaportal_shinsei import Portal
from mocks.boundary.yobosesshu import Vaccinations

DESKS: dict[str, type[Desk]] = {
    "chukan_server": IntermediateServer,
    "eltax": Eltax,
    "jukinet_cs": ResidentNetwork,
    "mainaportal_shinsei": Portal,
    "yobosesshu": Vaccinations,
}


def make(known: Interface, context: Context) -> Desk:
    """The desk of a system."""
    return DESKS[known.name](known, context)
