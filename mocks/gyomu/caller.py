"""031 as it is called from another business system: a client of its own, one token, and patience where it is asked for."""

import base64
import functools
import hashlib
import hmac
import http.client
import json
import ssl
import time
import urllib.parse
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mocks.clock import JST
from mocks.gyomu.contract import FOLDER, rows_of
from mocks.gyomu.intake import Job

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# 別紙7-2 №11: 30 seconds, a guide.
TIMEOUT = 30.0
TRIES = 3
LONGEST_WAIT = 5.0
READING = "jutogaishaatenakihonjohosyokai"
LATER = frozenset({429, 503})


class CallError(Exception):
    """A call that came to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, None when it is no JSON."""
        try:
            return json.loads(self.body.decode("utf-8"))
        except ValueError:
            return None


@functools.cache
def linkages(system: str) -> dict[str, dict[str, str]]:
    """The REST linkages that a system calls, by id."""
    found = (row for path in sorted(FOLDER.glob("[0-9]*/linkages.csv")) for row in rows_of(path))
    return {row["id"]: row for row in found if row["transport"] == "rest" and system in row["consumers"].split(";")}


class Caller:
    """One business system's way to the provider that an order names."""

    def __init__(
        self, order: Mapping[str, Any], linkage: Mapping[str, str], system: str, fault: Callable[[str], bool]
    ) -> None:
        self._order = order
        self._linkage = linkage
        self._system = system
        self._fault = fault
        self._token = ""
        self._reading = linkage["id"] == READING

    def run(self, held: dict[str, dict[str, Any]]) -> Job:
        """Make the call; rows of the answer are held by their number, errors are told."""
        job = Job()
        if self._fault("caller_never_calls"):
            return job
        text = json.dumps(self._body(), ensure_ascii=False).encode()
        answer = self._patiently(lambda: self._authorized(text))
        if answer.status == 401 and not self._fault("caller_gives_up_on_401"):
            for _ in range(30 if self._fault("caller_hammers_on_401") else 1):
                self._token = ""  # it may have run out on the way: one new token, one more try
                answer = self._patiently(lambda: self._authorized(text))
                if answer.status != 401:
                    break
        self._understood(answer, job, held)
        return job

    def _body(self) -> dict[str, Any]:
        now = datetime.now(JST)
        own = {
            "shikuchosonkodo": self._order.get("municipality", ""),
            "gyomuid": self._system,
            "dokujishisakushisutemutoid": "000",
            "sosashaid": "GYOMU01",
            "sosanengappi": now.date().isoformat(),
            "sosajikoku": now.strftime("%H:%M:%S"),
        }
        if self._reading:
            own |= {"kensakuhoho": "1", "rirekikensaku": "0"}
        values = own | {name: value for name, value in self._order.get("values", {}).items() if value is not None}
        if self._fault("caller_forgets_operator"):
            del values["sosashaid"]
        return values

    def _authorized(self, text: bytes) -> Answer:
        if not self._token:
            self._token = self._fetched()
        url = self._order["location"].rstrip("/") + self._linkage["path"]
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._fault("caller_token_in_query"):
            url += f"?access_token={self._token}"
        else:
            headers["Authorization"] = f"Bearer {self._token}"
        return self._send(url, headers, text)

    def _fetched(self) -> str:
        scope = self._linkage["scope"]
        if self._fault("caller_asks_other_scope"):
            scope = "001:reference/v1/001o006:Read"
        form = {"grant_type": "client_credentials", "scope": scope, "client_assertion_type": ASSERTION}
        form["client_assertion"] = self._assertion()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        answer = self._patiently(
            lambda: self._send(self._order["token_url"], headers, urllib.parse.urlencode(form).encode())
        )
        body = answer.json()
        if answer.status != 200 or not isinstance(body, dict) or not body.get("access_token"):
            raise CallError(f"no token ({answer.status})")
        return str(body["access_token"])

    def _assertion(self) -> str:
        now = int(time.time())
        name = self._order["client_id"]
        # whoever stands between us and the provider is not whom the assertion is made out to
        audience = self._order.get("audience") or self._order["token_url"]
        claims = {"iss": name, "sub": name, "aud": audience, "jti": uuid.uuid4().hex}
        claims |= {"iat": now, "exp": now + 60}
        signed = ".".join(_coded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        digest = hmac.new(self._order["client_secret"].encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_coded(digest)}"

    def _send(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urllib.parse.urlsplit(url)
        timeout = 1.0 if self._fault("caller_impatient") else TIMEOUT
        if parts.scheme == "https":
            context = ssl.create_default_context(cadata=self._order.get("ca"))
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.netloc, timeout=timeout, context=context
            )
        else:
            made = http.client.HTTPConnection(parts.netloc, timeout=timeout)
        try:
            made.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
            answer = made.getresponse()
            return Answer(status=answer.status, headers=dict(answer.headers), body=answer.read(16 << 20))
        finally:
            made.close()

    def _patiently(self, work: Callable[[], Answer]) -> Answer:
        """Again after a while where the provider says so; what may have been done is not done again."""
        turns = 20 if self._fault("caller_ignores_retry_after") else TRIES
        for turn in range(1, turns + 1):
            try:
                answer = work()
            except (OSError, http.client.HTTPException) as error:
                if turn < turns and (self._reading or self._fault("caller_repeats_registration")):
                    time.sleep(0.2)
                    continue
                raise CallError(f"no answer ({type(error).__name__})") from error
            if answer.status not in LATER or turn == turns:
                return answer
            if not self._fault("caller_ignores_retry_after"):
                said = answer.headers.get("Retry-After", "")
                time.sleep(min(float(said) if said.isdigit() else 0.2 * 2**turn, LONGEST_WAIT))
        raise CallError("no answer")

    def _understood(self, answer: Answer, job: Job, held: dict[str, dict[str, Any]]) -> None:
        body = answer.json()
        errors = body.get("errors") if isinstance(body, dict) else None
        if answer.status == 400 and isinstance(errors, list) and not self._fault("caller_swallows_errors"):
            for one in errors:
                job.counts["rejected"] += 1
                job.refused.append(
                    {"result": "rejected", "code": str(one.get("code")), "reason": str(one.get("message"))}
                )
            return
        if answer.status != 200 or not isinstance(body, dict) or not isinstance(body.get("result"), list):
            if self._fault("caller_calls_everything_success") or answer.status == 400:
                return
            raise CallError(f"the provider answered {answer.status}")
        for row in body["result"]:
            values = {name: None if value is None else str(value) for name, value in row.items()}
            number = str(values.get("atenabango") or "")
            if self._fault("caller_number_as_integer"):
                values["atenabango"] = number.lstrip("0")[:10]
            held[number.lstrip("0")] = values
            job.counts["accepted"] += 1
            job.answered.append(values)


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
