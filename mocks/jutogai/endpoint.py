"""The two REST interfaces of 031: 住登外者宛名番号付番 and 住登外者宛名基本情報照会."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from mocks.authority import FUBAN_SCOPE, PROVIDER, SHOKAI_SCOPE, Authority
from mocks.fault import Faults
from mocks.jutogai.check import Checker, given, unrelated
from mocks.jutogai.item import FUBAN, RECORD, REQUIRED
from mocks.jutogai.number import key
from mocks.jutogai.register import DEFAULT_ID, BeingEditedError, Register, Row, UnknownNumberError, Values
from mocks.jutogai.search import Question, Search
from mocks.jutogai.spelling import stored
from mocks.reply import Reply
from mocks.vendor import Style

FUBAN_PATH = "/app_submit/v10/jutogaishaatenabangofuban"
SHOKAI_PATH = "/app_submit/v10/jutogaishaatenakihonjohosyokai"
MAX_BODY = 1_000_000
_TIMES = {"sosajikoku"}
_NUMBERS = {"atenabango", "nayosesakiatenabango"}


def _bearer(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value.strip() else None


def _parse(raw: bytes) -> dict[str, Any]:
    """The members of the body; whatever is no JSON object sets no parameter at all."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _is_out(request: Request) -> bool:
    """Whether this request was chosen, on the control interface, to meet the unexpected."""
    return request.scope.get("mock.outage") == "json503"


class Endpoint:
    """Both interfaces over one register, which is asked for each time since a reset replaces it."""

    def __init__(self, *, register: Callable[[], Register], authority: Authority, style: Style, fault: Faults) -> None:
        self._register = register
        self._authority = authority
        self._style = style
        self._fault = fault
        self._check = Checker(style, fault)
        self._search = Search(fault)
        self._fuban_reply = Reply(
            title="住登外者宛名番号付番", done="登録が完了しました。", path=FUBAN_PATH, style=style, fault=fault
        )
        self._shokai_reply = Reply(
            title="住登外者宛名基本情報照会", done="照会が完了しました。", path=SHOKAI_PATH, style=style, fault=fault
        )

    def _refusal(self, request: Request, reply: Reply) -> Response | None:
        """The answer to a request that is not looked into at all."""
        if request.method != "POST" and not self._fault("other_methods_processed"):
            return PlainTextResponse("Method Not Allowed", status_code=405, headers={"Allow": "POST"})
        return reply.unexpected() if _is_out(request) else None

    # Authorization (R12, R13, R15, R16).

    def _authorized(self, request: Request, body: dict[str, Any], scope: str) -> bool:
        """Whether the request bears one living token, in the header alone, for this provider and this operation."""
        header = _bearer(request)
        in_query, in_body = request.query_params.get("access_token"), body.get("access_token")
        if header and (in_query or in_body) and not self._fault("two_methods_accepted"):
            return False
        if header is None and in_query and self._fault("query_token_accepted"):
            header = in_query
        if header is None and in_body and self._fault("body_token_accepted"):
            header = str(in_body)
        if header is None:
            return self._fault("missing_token_accepted")
        facts = self._authority.introspect(header)
        if not facts["active"]:
            return self._fault("garbled_token_accepted") and header not in self._authority.tokens
        return self._scope_allows(facts["scope"].split(), scope)

    def _scope_allows(self, granted: list[str], scope: str) -> bool:
        if scope in granted:
            return True
        own = any(item.startswith(f"{PROVIDER}:") for item in granted)
        if own and self._fault("wrong_scope_accepted"):
            return True
        return not own and self._fault("foreign_provider_token_accepted")

    # 付番.

    async def fuban(self, request: Request) -> Response:
        """POST app_submit/v10/jutogaishaatenabangofuban."""
        if refusal := self._refusal(request, self._fuban_reply):
            return refusal
        body = _parse((await request.body())[:MAX_BODY])
        if not self._authorized(request, body, FUBAN_SCOPE):
            return self._fuban_reply.unauthorized()
        if problems := self._check.fuban(body):
            if self._fault("refused_request_stored"):
                await self._store_anyway(body)
            return self._fuban_reply.rejected(problems)
        try:
            row = await self._register_row(body)
        except UnknownNumberError as error:
            return self._fuban_reply.rejected([unrelated("shorikubun", error.item)])
        except BeingEditedError:
            return self._fuban_reply.unexpected()
        return self._fuban_reply.done([self._receipt(row, body)])

    async def _register_row(self, body: dict[str, Any]) -> Row:
        values, number = self._values(body), given(body, "atenabango")
        way = body.get("shorikubun") if number else "0"
        if way == "1" and not self._fault("existing_number_replaced"):
            return await self._register().update(number, values)
        if way == "2" and not self._fault("chosen_number_replaced"):
            return await self._register().choose(number, values)
        return await self._register().create(values)

    async def _store_anyway(self, body: dict[str, Any]) -> None:
        """A vendor that checks after it has stored."""
        strings = {name: value for name, value in body.items() if isinstance(value, str)}
        with suppress(UnknownNumberError, BeingEditedError):
            await self._register_row(strings)

    def _values(self, body: dict[str, Any]) -> Values:
        """What is kept of a request: every item but the way of processing and the number itself."""
        values: Values = {}
        for item in FUBAN:
            value = given(body, item.romaji)
            if item.romaji not in {"shorikubun", "atenabango"} and value is not None:
                values[item.romaji] = stored(self._fault, value)
        if self._fault("katagaki_not_stored"):
            values.pop("jusho_katagaki", None)
        values.setdefault("gyomuid", DEFAULT_ID)
        values.setdefault("dokujishisakushisutemutoid", DEFAULT_ID)
        if self._fault("nayose_not_shown"):
            values["nayosemotofuragu"] = "0"
            values.pop("nayosesakiatenabango", None)
        return values

    def _receipt(self, row: Row, body: dict[str, Any]) -> dict[str, Any]:
        receipt: dict[str, Any] = {
            "shikuchosonkodo": body.get("shikuchosonkodo"),
            "atenabango": self._shown_number(row.number),
            "rirekibango": row.rirekibango,
            "sosashaid": body.get("sosashaid"),
            "sosanengappi": body.get("sosanengappi"),
            "sosajikoku": self._shown_time(body.get("sosajikoku")),
        }
        if self._fault("rirekibango_as_string"):
            receipt["rirekibango"] = str(row.rirekibango)
        if self._fault("number_too_long"):
            receipt["atenabango"] = "0" + key(row.number)
        if self._fault("number_as_json_number"):
            receipt["atenabango"] = int(row.number)
        if self._fault("required_member_missing"):
            del receipt["sosajikoku"]
        if self._fault("null_where_never_null"):
            receipt["sosashaid"] = None
        if self._fault("operator_not_echoed"):
            receipt["sosashaid"] = "SYSTEM"
        return receipt

    # 照会.

    async def shokai(self, request: Request) -> Response:
        """POST app_submit/v10/jutogaishaatenakihonjohosyokai (reference profile)."""
        if refusal := self._refusal(request, self._shokai_reply):
            return refusal
        body = _parse((await request.body())[:MAX_BODY])
        if not self._authorized(request, body, SHOKAI_SCOPE):
            return self._shokai_reply.unauthorized()
        if problems := self._check.shokai(body):
            return self._shokai_reply.rejected(problems)
        found = self._search.find(self._register(), Question.parse(body))
        found.sort(key=lambda pair: key(pair[0].number), reverse=self._style.order == "descending")
        return self._shokai_reply.done([self._record(row, latest=latest) for row, latest in found])

    def _record(self, row: Row, *, latest: bool) -> dict[str, Any]:
        record: dict[str, Any] = {}
        for name in RECORD:
            value = self._shown(name, row)
            if value is not None or name in REQUIRED or self._style.absent == "null":
                record[name] = value
            if name == "atenabango":
                record["rirekibango"] = row.rirekibango
                record["saishinfuragu"] = "1" if latest else "0"
        if self._fault("leading_zeros_lost") and record.get("jusho_choazakodo"):
            record["jusho_choazakodo"] = record["jusho_choazakodo"].lstrip("0")
        if self._fault("code_as_json_number") and record.get("seibetsu"):
            record["seibetsu"] = int(record["seibetsu"])
        return record

    def _shown(self, name: str, row: Row) -> str | None:
        value = row.number if name == "atenabango" else row.values.get(name)
        if value is None:
            return None
        if name in _NUMBERS:
            return self._shown_number(value)
        return self._shown_time(value) if name in _TIMES else value

    def _shown_number(self, number: str) -> str:
        return key(number) if self._style.padding == "zeros" else number

    def _shown_time(self, value: Any) -> Any:
        if self._style.seconds == "omit" and isinstance(value, str) and value.endswith(":00") and len(value) == 8:
            return value[:5]
        return value
