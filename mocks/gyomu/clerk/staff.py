"""Who works in which office."""

from collections.abc import Callable

from mocks.gyomu.clerk.work import Clerk, Work

Made = Callable[[Work], Clerk]


def clerks(work: Work) -> list[Clerk]:
    """The clerks of an office, in the order in which they look at what arrived."""
    return [made(work) for made in _staff().get(work.system, ())]


def _staff() -> dict[str, tuple[Made, ...]]:
    from mocks.gyomu.clerk import (
        address,
        allowance,
        application,
        arrears,
        collection,
        contact,
        family,
        flag,
        inquiry,
        insurance,
        linking,
        nationality,
        nursery,
        outsider,
        premium,
        protection,
        request,
        resident,
        school,
        seal,
        tax,
        vaccination,
    )

    return {
        "001": (
            resident.Reception,
            family.Registrar,
            nationality.Nationality,
            address.Addresses,
            protection.Protections,
        ),
        "002": (seal.Seals,),
        "010": (tax.Taxes,),
        "015": (arrears.Arrears,),
        "017": (school.Pupils, flag.Flags),
        "018": (school.Aids, flag.Flags, request.Requests),
        "019": (vaccination.Vaccinations, outsider.Deletions, flag.Flags, request.Requests),
        "020": (flag.Flags, request.Requests),
        "021": (request.Requests,),
        "023": (insurance.Insurance, premium.Premiums, request.Requests),
        "024": (insurance.Insurance, premium.Premiums, outsider.Deletions, request.Requests),
        "025": (insurance.Insurance, premium.Premiums, request.Requests),
        "026": (insurance.Insurance, request.Requests),
        "027": (allowance.Allowances, flag.Flags, request.Requests),
        "028": (nursery.Nurseries, outsider.Deletions, flag.Flags, request.Requests),
        "030": (application.Receptions, flag.Flags),
        "031": (outsider.Outsiders,),
        "032": (linking.Links, inquiry.Inquiries),
        "036": (collection.Collections, contact.Contacts),
    }
