"""中間サーバー: codes, copies and inquiries; about whom no automatic answer may be given, none is given."""

from mocks.boundary.desk import Desk, Refused, Row

FOUND, NOBODY = "1", "2"
GIVEN, BY_HAND, UNKNOWN, NO_COPY = "1", "2", "3", "4"
TAX, RESIDENT = "TM00000000000002", "TM00000000000001"
ON = "1"
MOST_HISTORY = 999
SEEDED = 60


class IntermediateServer(Desk):
    """The intermediate server, seen from 032 and, for inquiries, from another municipality."""

    def open(self) -> None:
        """Codes and copies of the first residents, protected people among them."""
        self._latest: dict[tuple[str, str], Row] = {}
        self._history: dict[tuple[str, str], int] = {}
        levied = {row["atenabango"]: row for row in self.people.rows("010o902")}
        for person in list(self.people.people.values())[:SEEDED]:
            self.keep("fugo", *self._pair("fugoyokyubango", self.create_fugo({"atenabango": person.number})))
            year = levied.get(person.number, {}).get("kazeinendo", "2025")
            copy = {
                "atenabango": person.number,
                "tokuteikojinjohomei": TAX,
                "jimukodo": "000016",
                "komoku": [{"komokumei": "課税年度", "komokuchi": year}],
            }
            self.keep("fukuhon", *self._pair("fukuhonbango", self.create_fukuhon(copy)))

    def _pair(self, key: str, row: Row) -> tuple[str, Row]:
        return str(row[key]), row

    def create_fugo(self, body: Row) -> Row:
        """A code for a person of the town; the code itself is nobody's business."""
        known = self.people.find(body["atenabango"]) or self.fault("server_code_for_nobody")
        return {
            **body,
            "fugoyokyubango": self.number("fugo", 20, "91"),
            "shorikekka": FOUND if known else NOBODY,
            "shorinichiji": self.context.now(),
        }

    def create_fukuhon(self, body: Row) -> Row:
        """A copy: the last one of a person and kind is the one that counts."""
        place = (body["atenabango"], body["tokuteikojinjohomei"])
        self._history[place] = min(self._history.get(place, 0) + 1, MOST_HISTORY)
        protected = body["atenabango"] in self.people.protected
        row = {
            **body,
            "fukuhonbango": self.number("fukuhon", 20, "92"),
            "rirekibango": self._history[place],
            "jidootofukafuragu": ON if protected else "0",
            "fukaijigaitofuragu": "0",
            "torokunichiji": self.context.now(),
        }
        if not (self.fault("server_answers_from_old_copy") and place in self._latest):
            self._latest[place] = row
        return row

    def update_fukuhon(self, row: Row, body: Row) -> None:
        """The flags. Protected people keep theirs: that one is taken away where 支援措置 ends."""
        if row["atenabango"] in self.people.protected and body["jidootofukafuragu"] != ON:
            raise Refused("B0004", "支援措置が続いている者の自動応答不可は解除できません。")
        row.update(body)

    def create_johoshokai(self, body: Row) -> Row:
        """Another municipality asks."""
        row = {**body, "shokaibango": self.number("shokai", 20, "93"), "shorinichiji": self.context.now()}
        copy = self._latest.get((body["atenabango"], body["tokuteikojinjohomei"]))
        row["shokaikekka"] = self._result(body["atenabango"], copy)
        if row["shokaikekka"] == GIVEN and copy:
            row["komoku"] = copy["komoku"]
        return row

    def _result(self, number: str, copy: Row | None) -> str:
        if number in self.people.protected and not self.fault("server_answers_about_protected"):
            return BY_HAND
        flagged = copy is not None and ON in (copy["jidootofukafuragu"], copy["fukaijigaitofuragu"])
        if flagged and number not in self.people.protected and not self.fault("server_ignores_flag"):
            return BY_HAND
        if copy is not None:
            return GIVEN
        return NO_COPY if self.people.find(number) else UNKNOWN
