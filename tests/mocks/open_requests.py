"""Requests of 031 at the borders of the text: what is right, what is wrong, and what nobody wrote down."""

from collections.abc import Iterator
from typing import Any

UNKNOWN = "999999999999999"
OPERATOR = {"sosashaid": "RENKEI01", "sosanengappi": "2026-04-01", "sosajikoku": "09:00:00"}
PERSON = {
    "shorikubun": "0",
    "shikuchosonkodo": "993018",
    "shimei": "独立　一郎",
    "uji_nihonjin": "独立",
    "na_nihonjin": "一郎",
    "seibetsu": "1",
    "seinengappi": "1964-07-01",
    "jusho_todofuken": "東京都",
    "jusho_shikugunchosonmei": "千代田区",
    "jusho_choaza": "霞が関二丁目",
    "jusho_banchigohyoki": "１番６号",
    "gyomuid": "010",
    "dokujishisakushisutemutoid": "000",
    "nayosemotofuragu": "0",
    "tagyomusanshofukafuragu": "0",
    **OPERATOR,
}
QUESTION = {
    "shikuchosonkodo": "993018",
    "kensakuhoho": "1",
    "rirekikensaku": "0",
    "gyomuid": "010",
    "dokujishisakushisutemutoid": "000",
    **OPERATOR,
}


# What is wrong, or open, with one 付番 request: None removes an item.
CHANGES: dict[str, dict[str, Any]] = {
    "right": {},
    "half-width kana in X": {"sosashaid": "ﾚﾝｹｲ"},
    "space in X": {"sosashaid": "REN KEI"},
    "control in X": {"sosashaid": "REN\tKEI"},
    "latin accent in X": {"sosashaid": "RÉNKEI"},
    "full-width in X": {"gyomuid": "０１０"},
    "number in X": {"gyomuid": 10},
    "list in X": {"gyomuid": ["010"]},
    "half-width in N": {"shimei": "renkei"},
    "half-width kana in N": {"shimei": "ﾚﾝｹｲ"},
    "half-width space in N": {"shimei": "独立 一郎"},
    "newline in N": {"jusho_katagaki": "上\n下"},
    "ideographic space in N": {"shimei": "独立　一郎"},
    "latin accent in N": {"shimei": "Ｒé"},
    "greek in N": {"shimei": "αβγ"},
    "yen sign in N": {"shimei": "¥"},
    "emoji in N": {"shimei": "😀"},
    "ivs in N": {"shimei": "辻\U000e0100"},
    "private use in N": {"shimei": "\U0010de92"},
    "lone surrogate in N": {"shimei": "\udc00"},
    "replacement character in N": {"shimei": "連\ufffd携"},
    "noncharacter in N": {"shimei": "\uffff"},
    "combining in N": {"shimei": "か\u3099"},
    "zero width joiner in N": {"shimei": "独\u200d立"},
    "bidi control in N": {"shimei": "独\u202e立"},
    "boolean in N": {"shimei": True},
    "100 characters": {"shimei": "字" * 100},
    "101 characters": {"shimei": "字" * 101},
    "100 with selectors": {"shimei": "辻\U000e0100" * 100},
    "100 combined": {"shimei": "か\u3099" * 100},
    "100 astral": {"shimei": "\U00020bb7" * 100},
    "short postal code": {"jusho_yubinbango": "123456"},
    "long postal code": {"jusho_yubinbango": "12345678"},
    "letters in postal code": {"jusho_yubinbango": "ABCDEFG"},
    "five digits of 団体コード": {"shikuchosonkodo": "13101"},
    "other municipality": {"shikuchosonkodo": "131016"},
    "wrong check digit of 団体コード": {"shikuchosonkodo": "993019"},
    "wrong check digit of 個人番号": {"kojinbango": "999990000000"},
    "short 個人番号": {"kojinbango": "99999000000"},
    "町字 19": {"jusho_choaza": "町" * 19},
    "町字 121": {"jusho_choaza": "町" * 121},
    "町字 code of nobody": {"jusho_choazakodo": "9999999"},
    "unknown 処理区分": {"shorikubun": "3"},
    "unknown 性別": {"seibetsu": "9"},
    "unknown flag": {"nayosemotofuragu": "2"},
    "unknown 業務ID": {"gyomuid": "999"},
    "date in slashes": {"seinengappi": "1964/07/01"},
    "date without zeros": {"seinengappi": "1964-7-1"},
    "29 February": {"seinengappi": "2023-02-29"},
    "30 February": {"seinengappi": "2023-02-30"},
    "32 January": {"seinengappi": "2023-01-32"},
    "month 13": {"seinengappi": "2023-13-01"},
    "month 00": {"seinengappi": "1964-00-00"},
    "month 99": {"seinengappi": "9999-99-99"},
    "day 99": {"seinengappi": "1964-07-99"},
    "year 0000": {"seinengappi": "0000-01-01"},
    "end of time as birth": {"seinengappi": "9999-12-31"},
    "future birth": {"seinengappi": "2099-01-01"},
    "full-width date": {"seinengappi": "１９６４-０７-０１"},
    "operation on 29 February": {"sosanengappi": "2023-02-29"},
    "operation in year 0000": {"sosanengappi": "0000-01-01"},
    "operation at the end of time": {"sosanengappi": "9999-12-31"},
    "time without seconds": {"sosajikoku": "09:00"},
    "time of one digit": {"sosajikoku": "9:00:00"},
    "24 o'clock": {"sosajikoku": "24:00:00"},
    "leap second": {"sosajikoku": "23:59:60"},
    "不詳 without notation": {"seinengappi_fushofuragu": "1"},
    "notation without 不詳": {"seinengappi_fushofuragu": "0", "seinengappi_fushohyoki": "令和○年頃"},
    "不詳 with notation": {"seinengappi_fushofuragu": "1", "seinengappi_fushohyoki": "令和○年頃"},
    "unknown item": {"shiranai": "x"},
    "romaji of the other document": {"shimei_gaikokujinarufuabetto": "ＡＢＣ"},
    "number with 処理区分 0": {"atenabango": UNKNOWN},
    "existing without number": {"shorikubun": "1"},
    "chosen without number": {"shorikubun": "2"},
    "existing unknown": {"shorikubun": "1", "atenabango": UNKNOWN},
    "chosen unknown": {"shorikubun": "2", "atenabango": UNKNOWN},
    "number with letters": {"shorikubun": "1", "atenabango": "ABC"},
    "16 digits": {"shorikubun": "1", "atenabango": "1" * 16},
    "link without destination": {"nayosemotofuragu": "1"},
    "link to unknown": {"nayosemotofuragu": "1", "nayosesakiatenabango": UNKNOWN},
    "destination without link": {"nayosesakiatenabango": UNKNOWN},
    "two errors": {"jusho_yubinbango": "1", "shimei": "x"},
}


def requests_of_numbering() -> Iterator[tuple[str, dict[str, Any]]]:
    """Changes of a right 付番 request, by name; ... makes an item null."""
    for name in PERSON:
        yield f"without {name}", {name: None}
        yield f"null {name}", {name: ...}
        yield f"empty {name}", {name: ""}
    yield from CHANGES.items()
