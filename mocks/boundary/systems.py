"""Which module is which boundary system."""

from mocks.boundary.chukan_server import IntermediateServer
from mocks.boundary.desk import Context, Desk
from mocks.boundary.dokujishisaku import LocalProgrammes
from mocks.boundary.eltax import Eltax
from mocks.boundary.interface import Interface
from mocks.boundary.iryo_dx import MedicalDx
from mocks.boundary.jukinet_cs import ResidentNetwork
from mocks.boundary.kodomo_data import Children
from mocks.boundary.konbini_kofu import Certificates
from mocks.boundary.madoguchi_dx import Counter
from mocks.boundary.mainaportal_shinsei import Portal
from mocks.boundary.yobosesshu import Vaccinations

DESKS: dict[str, type[Desk]] = {
    "chukan_server": IntermediateServer,
    "dokujishisaku": LocalProgrammes,
    "eltax": Eltax,
    "iryo_dx": MedicalDx,
    "jukinet_cs": ResidentNetwork,
    "kodomo_data": Children,
    "konbini_kofu": Certificates,
    "madoguchi_dx": Counter,
    "mainaportal_shinsei": Portal,
    "yobosesshu": Vaccinations,
}


def make(known: Interface, context: Context) -> Desk:
    """The desk of a system."""
    return DESKS[known.name](known, context)
