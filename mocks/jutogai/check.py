"""Validation of a request body: every error of it at once, in the terms of the error code table."""

from collections.abc import Callable
from typing import Any

from mocks import text
from mocks.fault import Faults
from mocks.jutogai.item import FUBAN, LABELS, SHOKAI, Item
from mocks.vendor import Style

Problem = dict[str, str]

_CHARACTERS = {"X": "半角", "N": "全角", "DATE": "YYYY-MM-DD", "TIME": "HH:MM:SS"}


def missing(name: str) -> Problem:
    """E0001 必須エラー."""
    return {"code": "E0001", "message": f"{LABELS[name]}が設定されていません。"}


def wrong_characters(name: str, wanted: str) -> Problem:
    """E0002 指定文字エラー."""
    return {"code": "E0002", "message": f"{LABELS[name]}は{wanted}で設定してください。"}


def wrong_length(name: str, size: int) -> Problem:
    """E0003 桁数エラー（固定項目）."""
    return {"code": "E0003", "message": f"{LABELS[name]}は{size}桁で設定してください。"}


def unrelated(name: str, needed: str) -> Problem:
    """E0004 相関チェックエラー."""
    return {
        "code": "E0004",
        "message": f"{LABELS[name]}が設定されている場合、{LABELS[needed]}は設定必須です。",
    }


def given(body: dict[str, Any], name: str) -> Any:
    """The value of a member; absent, null and empty all mean that nothing is set."""
    value = body.get(name)
    return None if value == "" else value


class Checker:
    """The checks of one vendor, with its reading of the open points and its defects."""

    def __init__(self, style: Style, fault: Faults) -> None:
        self._style = style
        self._fault = fault
        self._kinds: dict[str, Callable[[str], bool]] = {
            "X": self._is_x,
            "N": self._is_n,
            "TIME": self._is_time,
        }

    def fuban(self, body: dict[str, Any]) -> list[Problem]:
        """The errors of a 付番 request."""
        return self._spoiled([*self._items(FUBAN, body), *self._fuban_relations(body)])

    def shokai(self, body: dict[str, Any]) -> list[Problem]:
        """The errors of a 照会 request."""
        problems = list(self._items(SHOKAI, body))
        unconditional = not any(given(body, name) for name in ("atenabango", "shimei", "jusho", "seinengappi"))
        if unconditional and not self._fault("search_without_condition_accepted"):
            problems.append(unrelated("kensakuhoho", "shimei"))
        if given(body, "kensakuhoho") == "2" and not self._style.partial_search:
            problems.append(wrong_characters("kensakuhoho", "1"))
        if given(body, "rirekikensaku") == "1" and not self._style.history_search:
            problems.append(wrong_characters("rirekikensaku", "0"))
        return self._spoiled(problems)

    def _items(self, items: tuple[Item, ...], body: dict[str, Any]) -> list[Problem]:
        found = (self._item(item, given(body, item.romaji)) for item in items)
        return [problem for problem in found if problem]

    def _item(self, item: Item, value: Any) -> Problem | None:
        if value is None:
            if item.required and not self._fault("missing_required_accepted"):
                return missing(item.romaji)
            return None
        if not isinstance(value, str):
            return wrong_characters(item.romaji, _CHARACTERS[item.kind])
        if not self._has_kind(item, value):
            return wrong_characters(item.romaji, _CHARACTERS[item.kind])
        if not self._has_size(item, value):
            return wrong_length(item.romaji, item.size)
        if item.codes and value not in item.codes:
            return wrong_characters(item.romaji, "・".join(item.codes))
        if item.romaji == "jusho_kokumeikodo" and self._fault("country_code_rejected"):
            return wrong_characters(item.romaji, "国名コード")
        if item.romaji == "jusho_choazakodo" and value == "9999999" and self._fault("unregistered_choaza_rejected"):
            return wrong_characters(item.romaji, "町字ID")
        return None

    def _has_kind(self, item: Item, value: str) -> bool:
        if item.kind == "DATE":
            return self._is_date(item, value)
        return self._kinds[item.kind](value)

    def _is_date(self, item: Item, value: str) -> bool:
        if item.unknown_dates and not self._fault("non_calendar_birth_date_rejected"):
            return text.is_loose_date(value)
        return text.is_calendar_date(value)

    def _is_x(self, value: str) -> bool:
        return text.is_half_width(value) or self._fault("full_width_in_x_accepted")

    def _is_n(self, value: str) -> bool:
        if self._fault("half_width_in_n_accepted"):
            return True
        if self._fault("half_width_kana_accepted"):
            value = "".join(char for char in value if not 0xFF61 <= ord(char) <= 0xFF9F)
        return text.is_full_width(value)

    def _is_time(self, value: str) -> bool:
        if self._fault("time_without_seconds_rejected") and len(value) == 5:
            return False
        return text.is_time(value)

    def _has_size(self, item: Item, value: str) -> bool:
        if item.kind in {"DATE", "TIME"}:
            return True
        size = text.length(value)
        if self._fault("length_counted_in_bytes") and item.kind == "N" and item.size >= 50:
            size = len(value.encode("utf-8"))
        if self._fault("length_counts_selectors"):
            size = len(value)
        if self._fault("fixed_length_not_checked"):
            return size <= max(item.size, 20)
        return size == item.size if item.fixed else size <= item.size

    def _fuban_relations(self, body: dict[str, Any]) -> list[Problem]:
        problems = []
        numberless = given(body, "shorikubun") in ("1", "2") and not given(body, "atenabango")
        if numberless and not self._fault("missing_number_accepted"):
            number = missing("atenabango")
            related = unrelated("shorikubun", "atenabango")
            problems.append(number if self._style.missing_number_code == "E0001" else related)
        aimless = given(body, "nayosemotofuragu") == "1" and not given(body, "nayosesakiatenabango")
        if aimless and not self._fault("nayose_without_target_accepted"):
            problems.append(unrelated("nayosemotofuragu", "nayosesakiatenabango"))
        if given(body, "seinengappi_fushofuragu") == "1" and not given(body, "seinengappi_fushohyoki"):
            problems.append(unrelated("seinengappi_fushofuragu", "seinengappi_fushohyoki"))
        return problems

    def _spoiled(self, problems: list[Problem]) -> list[Problem]:
        """The problems as a vendor with one of the message defects lists them."""
        if self._fault("wrong_error_code"):
            return [{**problem, "code": _NEXT_CODE[problem["code"]]} for problem in problems]
        if self._fault("error_code_unlisted"):
            return [{**problem, "code": "ERR40"} for problem in problems]
        if self._fault("wrong_error_message"):
            return [{**problem, "message": "入力内容に誤りがあります。"} for problem in problems]
        if self._fault("item_id_in_message"):
            return [{**problem, "message": _in_romaji(problem["message"])} for problem in problems]
        return problems


_NEXT_CODE = {"E0001": "E0002", "E0002": "E0003", "E0003": "E0004", "E0004": "E0001"}
_ROMAJI = sorted(((label, romaji) for romaji, label in LABELS.items()), key=lambda pair: -len(pair[0]))


def _in_romaji(message: str) -> str:
    for label, romaji in _ROMAJI:
        if message.startswith(label):
            return romaji + message[len(label) :]
    return message
