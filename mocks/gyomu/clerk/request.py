"""付番依頼: every business system asks 032 once for each person it serves, when it learns the 個人番号."""

from mocks.gyomu.clerk.work import Clerk, Record, Work
from mocks.gyomu.known import LIVING, Change, same

REQUESTS = {
    "018": "018o903", "019": "019o935", "020": "020o904", "021": "021o904", "023": "023o907", "024": "024o909",
    "025": "025o906", "026": "026o904", "027": "027o905", "028": "028o907",
}  # fmt: skip
# The rows that show whom a system serves, and the column with the number.
SERVED = {
    "018": (("018o901", "atenabango"),),
    "019": (("019o930", "atenabango"),),
    "020": (("020o901", "atenabango"),),
    "021": (("021o901", "atenabango"),),
    "023": (("023o901", "atenabango"),),
    "024": (("024o901", "atenabango"),),
    "025": (("025o901", "atenabango"),),
    "026": (("026o901", "atenabango"),),
    "027": (("027o901", "atenabango"), ("027o902", "jidoatenabango")),
    "028": (("028o901", "jidoatenabango"),),
}
NEW = "1"
COPIED = (
    "shimei", "shimei_gaikokujinromaji", "shimei_gaikokujinkanji", "shimei_furigana", "seibetsu", "seinengappi",
    "seinengappi_fushofuragu", "seinengappi_fushohyoki",
)  # fmt: skip


def request(work: Work, number: str) -> Record | None:
    """Ask for a number of somebody, once."""
    linkage, person = REQUESTS.get(work.system, ""), work.known.person(number)
    if not work.has(linkage) or person is None or not person.get("kojinbango"):
        return None
    if work.latest(linkage, atenabango=same(number)):
        return None
    form = work.ledger.series(linkage).linkage
    address = {name: cell for name, cell in person.items() if name.startswith("jusho_") and name in form.places}
    asked_for = {
        "atenabango": same(number),
        "iraikubun": NEW,
        "gyomuid": work.system,
        "dokujishisakushisutemutoid": "000",
        "kojinbango": person["kojinbango"],
        **{name: person[name] for name in COPIED if name in person},
        **({} if work.known.is_protected(number) else address),
        "nayosemotofuragu": "0",
        "irainengappi": work.today,
    }
    row = work.write(linkage, asked_for)
    return work.write(linkage, asked_for) if work.fault("number_asked_twice") else row


class Requests(Clerk):
    """Asks when a 個人番号 comes later than the person."""

    def react(self, linkage: str, changes: list[Change]) -> None:
        """For each person served whose 個人番号 arrived."""
        if linkage != "001o006":
            return
        for change in changes:
            now, before = change.now or {}, change.before or {}
            if (
                not now.get("kojinbango")
                or now["juminjotai"] != LIVING
                or before.get("kojinbango") == now["kojinbango"]
            ):
                continue
            served = SERVED.get(self.work.system, ())
            if any(self.work.latest(name, **{column: change.number}) for name, column in served):
                request(self.work, change.number)
