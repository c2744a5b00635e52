"""支援措置対象フラグ: every register of people shows it as long as the protection stands."""

from mocks.gyomu.clerk.work import Clerk, Work
from mocks.gyomu.known import PROTECTION, Change, same

FLAG = "shiensochitaishofuragu"
FLAGGED = {
    "017": ("017o901", "atenabango"),
    "018": ("018o901", "atenabango"),
    "019": ("019o902", "atenabango"),
    "020": ("020o901", "atenabango"),
    "027": ("027o901", "atenabango"),
    "028": ("028o901", "jidoatenabango"),
    "030": ("030o901", "atenabango"),
}


def flag(work: Work, number: str) -> str:
    """The flag of somebody."""
    return "1" if work.known.is_protected(number) and not work.fault("flag_of_protection_missing") else "0"


class Flags(Clerk):
    """Keeps the flags of one register."""

    def react(self, linkage: str, changes: list[Change]) -> None:
        """After each decision about a protection."""
        if linkage != PROTECTION:
            return
        name, column = FLAGGED[self.work.system]
        for number in {change.number for change in changes}:
            wanted = flag(self.work, number)
            for row in self.work.latest(name, **{column: same(number)}):
                if row[FLAG] != wanted:
                    self.work.ledger.change(name, {**row, FLAG: wanted})
