"""Who works in which office."""

from collections.abc import Callable

from mocks.gyomu.clerk.work import Clerk, Work
from mocks.gyomu.own import Own, People

Made = Callable[[Work], Clerk]


def clerks(work: Work, people: People, own: Own | None) -> list[Clerk]:
    """The clerks of an office."""
    del people, own
    return [made(work) for made in _staff().get(work.system, ())]


def _staff() -> dict[str, tuple[Made, ...]]:
    from mocks.gyomu.clerk import address, family, nationality, protection, resident

    return {
        "001": (
            resident.Reception,
            family.Registrar,
            nationality.Nationality,
            address.Addresses,
            protection.Protections,
        ),
    }
