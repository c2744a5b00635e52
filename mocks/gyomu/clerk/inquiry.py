"""032, 情報照会: what other municipalities answered of somebody, handed to the office that had asked under the 宛名番号.

How an answer is written into one value is not published (データ標準レイアウト): our own way for a dose is its parts in a row,
full-width, with full-width spaces between them. An answer that could not be converted names nobody and tells nothing.
"""

import unicodedata

from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, asked
from mocks.gyomu.ledger import Refused

ANSWERS = "032o902"
HEALTH = "019"
CONVERTED, NOT_CONVERTED, ANSWERED = "1", "2", "2"
DOSE = ("wakuchinshurui", "sesshukaisu", "sesshunengappi", "rottobango")
GAP = "\u3000"
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def written(dose: Values) -> str:
    """A dose as one value of an answer."""
    return GAP.join(dose.get(name, "").translate(_WIDE) for name in DOSE).rstrip(GAP)


def read(value: str) -> Record:
    """The dose that a value tells of."""
    parts = [unicodedata.normalize("NFKC", part) for part in value.split(GAP)]
    if not len(DOSE) - 1 <= len(parts) <= len(DOSE):
        raise Refused("the answer tells of no dose")
    return dict(zip(DOSE, parts, strict=False))


class Inquiries(Clerk):
    """Answers that came through the 中間サーバー."""

    def events(self) -> dict[str, Event]:
        """An answer about a dose."""
        return {"vaccination-answer": self.take}

    def take(self, values: Values) -> Answer:
        """接種実績 of one dose: under the 宛名番号 of who was asked for, or, where it could not be converted, under none."""
        said = asked(values, ["atenabango", "henkankekka", *DOSE[:3]], DOSE[3:])
        outcome = said["henkankekka"]
        if outcome not in {CONVERTED, NOT_CONVERTED}:
            raise Refused("henkankekka must be 1 or 2")
        if outcome == NOT_CONVERTED and self.work.fault("unconverted_answer_told"):
            outcome = CONVERTED
        self.work.person(said["atenabango"])
        today = self.work.today
        row = {
            "gyomuid": HEALTH,
            "shokaibango": f"{today.replace('-', '')}{HEALTH}{len(self.work.latest(ANSWERS)) + 1:09d}",
            "shokaiirainengappi": today,
            "shokaishorijokyo": ANSWERED,
            "henkankekka": outcome,
            "jimukodo": f"{HEALTH:0>10}",
            "tokuteikojinjohomeikodo": f"TM00000000000{HEALTH}",
            "kaitonengappi": today,
            "kaitokomokukodo": f"{HEALTH:0>17}",
        }
        if outcome == CONVERTED:
            row |= {"atenabango": said["atenabango"], "kaitokomokuchi": written(said)}
        return {"values": self.work.write(ANSWERS, row)}
