"""住基ネットCS: a queue of 転入通知, 本人確認情報 by 住民票コード, and nothing about codes that nobody has."""

from mocks.boundary.desk import Desk, Refused, Row
from mocks.boundary.interface import Collection

WAITING, RECEIVED = "0", "1"
FOUND, NOBODY = "1", "2"
NOTICES = 12
MOST_UPDATES = 999_999_999
IDENTITY = ("shimei", "seinengappi", "seibetsu", "jusho")
# Where those who left went.
PLACE = "131016"


class ResidentNetwork(Desk):
    """The communication server of the municipality."""

    def open(self) -> None:
        """本人確認情報 of everybody of the pack, and notices about the last ones who left."""
        for person in self.people.people.values():
            row = {
                "juminhyokodo": person.code,
                "shimei": person.row["shimei"] or "氏名未定",
                "seinengappi": person.row["seinengappi"],
                "seibetsu": person.row["seibetsu"] or "0",
                "jusho": person.address or None,
                "shikuchosonkodo": self.context.municipality,
                "koshinbango": 1,
            }
            self.keep("honninkakunin", person.code, row)
        left = [person for person in self.people.people.values() if not person.lives_here] or list(
            self.people.people.values()
        )
        for person in left[-NOTICES:]:
            notice = self.create_tennyutsuchi(
                {
                    "juminhyokodo": person.code,
                    "shimei": person.row["shimei"] or "氏名未定",
                    "seinengappi": person.row["seinengappi"],
                    "seibetsu": person.row["seibetsu"] or "0",
                    "tennyunengappi": self.context.today,
                    "tennyusakishikuchosonkodo": PLACE,
                }
            )
            self.keep("tennyutsuchi", notice["tsuchibango"], notice)

    def repeats(self, collection: str) -> bool:
        """The defect takes a repeated notice as a new one."""
        return collection == "tennyutsuchi" and self.fault("network_doubles_notice")

    def create_tennyutsuchi(self, body: Row) -> Row:
        """A notice enters the queue."""
        return {
            **body,
            "tsuchibango": self.number("tsuchi", 20, "81"),
            "tsuchinichiji": self.context.now(),
            "juryojotai": WAITING,
        }

    def update_tennyutsuchi(self, row: Row, body: Row) -> None:
        """Received: it leaves the queue and does not come back."""
        if body["juryojotai"] < row["juryojotai"]:
            raise Refused("B0003", "受領済を未受領に戻すことはできません。")
        kept = dict(body)
        if self.fault("network_gives_notice_again"):
            del kept["juryojotai"]
        row.update(kept)

    def update_honninkakunin(self, row: Row, body: Row) -> None:
        """Another 異動 of the same person: the 住民票コード stays."""
        same = all(row.get(name) == value for name, value in body.items())
        row.update(body)
        if not same:
            row["koshinbango"] = min(row["koshinbango"] + 1, MOST_UPDATES)

    def update(self, one: Collection, name: str, body: Row) -> Row | None:
        """As everywhere; the defect makes a person of a code that nobody has."""
        if one.name == "honninkakunin" and name not in self.held[one.name] and self.fault("network_makes_person"):
            blank = {"seinengappi": "0000-00-00", "seibetsu": "0", "koshinbango": 0}
            self.keep(one.name, name, {"juminhyokodo": name, "shikuchosonkodo": self.context.municipality, **blank})
        return super().update(one, name, body)

    def create_honninkakuninshokai(self, body: Row) -> Row:
        """Who has that code."""
        held = self.held["honninkakunin"]
        found = held.get(body["juminhyokodo"])
        if found is None and self.fault("network_answers_unknown_code"):
            found = next(iter(held.values()), None)
        row = {
            **body,
            "shokaibango": self.number("shokai", 20, "82"),
            "shokaikekka": NOBODY if found is None else FOUND,
        }
        return row | {name: found[name] for name in IDENTITY if found and found.get(name)}

    def create_kojinbangoseisei(self, body: Row) -> Row:
        """個人番号 is asked for by 住民票コード; the number does not travel this way."""
        known = body["juminhyokodo"] in self.held["honninkakunin"]
        return {
            **body,
            "yokyubango": self.number("seisei", 20, "83"),
            "seiseikekka": FOUND if known else NOBODY,
            "shorinichiji": self.context.now(),
        }
