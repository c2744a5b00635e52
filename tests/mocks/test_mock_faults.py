"""The planted defects: each has a table, a branch, a requirement that must notice it, and an effect."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mock_consumer import REQUEST, Consumer

from mocks import vendor
from mocks.authority import FUBAN_SCOPE, SHOKAI_SCOPE
from mocks.fault import Faults, UnknownFaultError, catalogue, is_scoped, known_names, plain, tables
from mocks.jutogai.endpoint import FUBAN_PATH

Start = Callable[..., Consumer]
ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = tables()
FILE_FAULTS = sorted(name for name, fault in CATALOGUE.items() if fault.system == "001")
# Seen elsewhere: in a TLS handshake, in the version and a header of answers, among concurrent requests, and in the
# registered clients.
ELSEWHERE = {
    "tls11_accepted",
    "old_tls_only",
    "http_1_0_answers",
    "unknown_content_encoding",
    "duplicate_number_under_concurrency",
    "concurrent_history_duplicated",
    "client_id_with_hyphens",
    "client_secret_short",
}
REST_FAULTS = sorted(set(CATALOGUE) - set(FILE_FAULTS) - ELSEWHERE)


def requirements() -> set[str]:
    """The ids of all requirements."""
    ids: set[str] = set()
    for path in (ROOT / "contracts").glob("*/requirements.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            ids |= {row["id"] for row in csv.DictReader(file)}
    return ids


def test_there_are_enough_faults_and_each_names_known_requirements() -> None:
    """At least forty; what must and what may notice them exists; titles and clauses are there."""
    known = requirements()

    assert len(CATALOGUE) >= 40
    assert {fault.system for fault in CATALOGUE.values()} == {"031", "001"}
    for fault in catalogue().values():
        assert fault.catches
        assert set(fault.catches) | set(fault.also) <= known, fault.name
        assert not set(fault.catches) & set(fault.also), fault.name
        assert all((fault.title_ja, fault.title_en, fault.clause)), fault.name


def test_every_fault_is_a_branch_and_every_branch_a_fault() -> None:
    """The names in the code are the names of the tables."""
    paths = [path for path in (ROOT / "mocks").rglob("*.py") if path.parent.name != "boundary"]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in paths)

    assert set(re.findall(r'fault\("(\w+)"\)', sources)) == known_names()


def test_an_unknown_fault_is_refused() -> None:
    """A misspelt name is no silent nothing."""
    with pytest.raises(UnknownFaultError, match="no such fault: typo"):
        Faults(["typo"])


def test_vendors_are_tables_with_known_faults() -> None:
    """alpha and gamma have none; beta has about eight in 031 and 001, and one to three in each of four other systems."""
    faults = {name: vendor.load(name).faults for name in vendor.names()}
    own = [name for name in faults["beta"] if not is_scoped(name)]
    others = Counter(name[:3] for name in faults["beta"] if is_scoped(name))

    assert (faults["alpha"], faults["gamma"]) == ((), ())
    assert 6 <= len(own) <= 10
    assert {CATALOGUE[name].system for name in own} == {"001", "031"}
    assert set(others) == {"010", "019", "024", "036"}
    assert all(1 <= count <= 3 for count in others.values())
    assert {plain(name) for name in faults["beta"]} <= set(catalogue())


def test_mocks_import_nothing_of_the_harness() -> None:
    """The counterpart shares no code with the judge."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "mocks").rglob("*.py"))

    assert not any(re.search(r"^\s*(?:from|import) renkei", source, re.M) for source in sources)


def place(consumer: Consumer, folder: Path) -> dict[str, bytes]:
    """Everything that lies in the place of a mock."""
    consumer.http.close()
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


@pytest.fixture(scope="module")
def good_place() -> dict[str, bytes]:
    """The place of the conforming vendor; filled by the first test that needs it."""
    return {}


@pytest.mark.parametrize("name", FILE_FAULTS)
def test_a_file_fault_changes_what_is_published(
    start: Start, good_place: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    """The place of the same seed differs when the defect is on."""
    if not good_place:
        good_place.update(place(start(place=(tmp_path / "good").as_uri(), population=6), tmp_path / "good"))

    bad = place(start(name, place=(tmp_path / "bad").as_uri(), population=6), tmp_path / "bad")

    assert bad != good_place


class Transcript:
    """A conversation that touches everything the two interfaces and the token endpoints do."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self.lines: list[Any] = []

    def _note(self, answer: Any) -> Any:
        body = re.sub(r'"(access_token|refresh_token)": ?"[^"]+"', r'"\1":"…"', answer.content.decode("latin-1"))
        body = re.sub(r'"(iat|exp)": ?\d+', r'"\1":0', body)
        self.lines.append((answer.status_code, answer.headers.get("content-type"), body))
        return answer

    def tokens(self) -> None:
        """Every way of asking for a token, most of them wrong."""
        one = self._consumer
        good = one.assertion()
        for assertion in (good, good, one.assertion(exp=1), one.assertion(aud="https://x/"), one.assertion(iss="x")):
            self._note(one.ask_token(assertion=assertion))
        self._note(one.ask_token(assertion=one.assertion(secret="x" * 40)))
        self._note(one.ask_token(assertion=one.assertion(algorithm="HS512")))
        for scope in ("nonsense", f"{FUBAN_SCOPE} 032:a/v1/b:Read"):
            self._note(one.ask_token(scope))
        self._note(one.http.post("/oauth2/token", data=one.form(grant_type="password", scope=FUBAN_SCOPE)))
        who = (one.clients[0].client_id, one.clients[0].client_secret)
        self._note(one.http.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=who))
        token = one.http.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=who)
        if token.status_code == 200:
            value = token.json()["access_token"]
            for path in ("introspect", "revoke", "introspect"):
                self._note(one.http.post(f"/oauth2/{path}", data={"token": value}, auth=who))
            self._note(one.http.post("/oauth2/introspect", data={"token": value}))
            self._note(one.call(value))

    def bearers(self) -> None:
        """Tokens that must not be good, and where they must not be."""
        one = self._consumer
        answer = one.http.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(one.clients[0].client_id, one.clients[0].client_secret),
        )
        if answer.status_code != 200 or one.ask_token().status_code != 200:
            return
        token = answer.json()["access_token"]
        header = {"Authorization": f"Bearer {token}"}
        for url, body, headers in (
            (FUBAN_PATH, REQUEST, {}),
            (f"{FUBAN_PATH}?access_token={token}", REQUEST, {}),
            (FUBAN_PATH, {**REQUEST, "access_token": token}, {}),
            (f"{FUBAN_PATH}?access_token={token}", REQUEST, header),
        ):
            self._note(one.http.post(url, json=body, headers=headers))
        self._note(one.http.run(one.http.client.put(FUBAN_PATH, json=REQUEST, headers=header)))
        for value in ("garbage", one.token(SHOKAI_SCOPE), one.token("032:a/v1/b:Read")):
            self._note(one.call(value))

    def registrations(self) -> None:
        """付番 of every kind, right and wrong."""
        one = self._consumer
        for changes in (
            {"jusho_katagaki": "辻󠄀荘〜𠮷\U0010de92"},
            {"shimei": "は\u3099　Ａ"},
            {"seinengappi": "1971-02-29"},
            {"sosajikoku": "09:00"},
            {"jusho_choazakodo": "9999999"},
            {"jusho_kokumeikodo": "840"},
            {"shimei": "佐󠄀" * 100},
            {"shimei": "ｻﾄｳ"},
            {"shimei": "sato"},
            {"sosashaid": "１"},
            {"sosashaid": None},
            {"jusho_yubinbango": "1"},
            {"shorikubun": "1"},
            {"nayosemotofuragu": "1"},
            {"tagyomusanshofukafuragu": "1", "shimei": "秘　密"},
        ):
            self._note(one.fuban(**changes))

    def histories(self) -> None:
        """Changes, 名寄せ and its release, and each kind of search."""
        one, target, source = self._consumer, "700000000000210", "700000000000232"
        resident = next(iter(one.town.residency.numbers()))
        link = {"nayosemotofuragu": "1", "nayosesakiatenabango": target}
        self._note(one.fuban(shorikubun="1", atenabango=target, shimei="変更　後", seibetsu="2"))
        self._note(one.shokai(atenabango=target))
        self._note(one.fuban(shorikubun="1", atenabango=source, **link))
        self._note(one.shokai(atenabango=source))
        for changes in ({"shorikubun": "1"}, {"shorikubun": "2"}):
            self._note(one.fuban(atenabango=source, **changes))
        self._note(one.shokai(atenabango=source))
        self._note(one.fuban(shorikubun="1", atenabango=resident))
        self._note(one.fuban(shorikubun="1", atenabango=target, sosajikoku=None))
        for conditions in (
            {"shimei": "山川　海渡", "rirekikensaku": "1"},
            {"shimei": "後", "kensakuhoho": "2"},
            {"shimei": "変更　後", "seibetsu": "1"},
            {"shimei": "秘", "kensakuhoho": "2", "gyomuid": "024"},
            {"shimei": "秘", "kensakuhoho": "2"},
            {"shimei": "だれも　いない"},
            {"seinengappi": "1964-07-01"},
            {},
        ):
            self._note(one.shokai(**conditions))


class LaterClock:
    """The time of the authorization server after all tokens have ended."""

    @staticmethod
    def time() -> float:
        """A day ahead."""
        import time

        return time.time() + 86400


def conversation(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What is said, part by part; the last part is one expired token."""
    told = Transcript(consumer)
    told.tokens()
    yield told.lines
    told.bearers()
    yield told.lines
    if consumer.ask_token().status_code == 200:
        for part in (told.registrations, told.histories):
            part()
            yield told.lines
        token = consumer.token()
        with monkeypatch.context() as patch:
            patch.setattr("mocks.authority.time", LaterClock)
            told.lines.append(consumer.call(token).status_code)
        yield told.lines


@pytest.fixture(scope="module")
def good() -> list[Any]:
    """What the conforming vendor says; filled by the first test that needs it."""
    return []


@pytest.mark.parametrize("name", REST_FAULTS)
def test_a_rest_fault_changes_the_conversation(
    start: Start, good: list[Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The same conversation goes another way when the defect is on, and every answer stays an answer."""
    if not good:
        *_, whole = conversation(start(population=4), monkeypatch)
        good.extend(whole)

    # Enough is said once it differs.
    parts = conversation(start(name, population=4), monkeypatch)
    bad = next((said for said in parts if said != good[: len(said)]), good)

    assert bad != good
    assert not [line for line in bad if isinstance(line, tuple) and line[0] == 500]
