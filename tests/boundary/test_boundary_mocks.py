"""What each boundary system does, and what it does with the people whom the law protects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from boundary_caller import Caller

from mocks.boundary import interface
from mocks.boundary.fault import defects, switched_on
from mocks.boundary.people import juminhyo_code
from mocks.boundary.systems import DESKS
from mocks.fault import UnknownFaultError

Begin = Callable[..., Caller]
ANYBODY, CHILD = "000000000000019", "000000000000426"
PROTECTED, PAST_END, PROTECTED_CHILD = "000000000000248", "000000000000264", "000000000000256"
APPLICATION = {
    "gyomuid": "027",
    "tetsuzukikodo": "0270000000001",
    "tetsuzukimei": "児童手当の認定請求",
    "shinseishashimei": "連携　太郎",
    "honninkakuninhoho": "1",
}
CERTIFICATE = {"shomeishoshubetsu": "1", "busu": 1, "tenpokodo": "9900000001"}
INQUIRY = {
    "tokuteikojinjohomei": "TM00000000000002",
    "shokaimotodantaikodo": "131016",
    "shokaijimukodo": "000027",
}


def test_every_system_has_its_module_and_its_faults() -> None:
    """The modules are those of the tables; every fault is of such a system and catches something."""
    assert sorted(DESKS) == sorted(interface.names())
    assert {one.system for one in defects().values()} == set(DESKS)
    assert all(one.catches for one in defects().values())


def test_a_token_opens_its_own_scope_only(begin: Begin) -> None:
    """Without a token, with one of another scope, or with scopes of two systems, nothing is answered."""
    caller = begin()
    path = "/mainaportal/v1/shinsei"
    other = caller.token("mainaportal_shinsei:mainaportal/v1/shinsei:Create")
    both = "mainaportal_shinsei:mainaportal/v1/shinsei:Read konbini_kofu:konbini/v1/hakko:Read"
    first = caller.systems.settings.clients[0]
    form = {"grant_type": "client_credentials", "scope": both}
    refused = caller.http.post("/oauth2/token", data=form, auth=(first.client_id, first.client_secret))

    assert caller.http.get(path).status_code == 401
    assert caller.http.get(path, headers={"Authorization": f"Bearer {other}"}).status_code == 401
    assert refused.json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"gyomuid": None}, "E0002"),
        ({"gyomuid": "02７"}, "E0002"),
        ({"tetsuzukimei": "児" * 101}, "E0003"),
        ({"shinseishashimei": "ﾚﾝｹｲ"}, "E0002"),
        ({"honninkakuninhoho": "9"}, "E0002"),
        ({"unknown": "x"}, "E0002"),
    ],
)
def test_a_broken_request_is_refused_with_its_code(begin: Begin, change: dict[str, Any], code: str) -> None:
    """Signs, length, codes and strangers are each an error; a member left out is one as well."""
    caller = begin(names=("mainaportal_shinsei",))
    answer = caller.call("mainaportal_shinsei_toroku", APPLICATION | change)
    missing = caller.call("mainaportal_shinsei_toroku", {**APPLICATION, "gyomuid": "027", "komoku": [{}]})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    assert {one["code"] for one in missing.json()["errors"]} == {"E0001"}


def test_an_application_is_fetched_once_and_goes_forward(begin: Begin) -> None:
    """It is new until it is fetched, comes once under one key, and its state does not go back."""
    caller = begin(names=("mainaportal_shinsei",))
    made = caller.result("mainaportal_shinsei_toroku", APPLICATION, key="key-00000001")
    again = caller.result("mainaportal_shinsei_toroku", APPLICATION, key="key-00000001")
    name = made["shinseiid"]
    before = caller.call("mainaportal_shinsei_ichiran", torijokyo="0").json()["total"]
    caller.result("mainaportal_shinsei_shutoku", name=name)
    after = caller.call("mainaportal_shinsei_ichiran", torijokyo="0").json()["total"]
    done = {"shorijokyo": "4", "shoribiko": "完了"}
    caller.result("mainaportal_shorijokyo_toroku", done, name=name)
    back = caller.call("mainaportal_shorijokyo_toroku", done | {"shorijokyo": "1"}, name=name)

    assert again == made
    assert before - after == 1
    assert back.status_code == 409
    assert caller.result("mainaportal_shorijokyo_shokai", name=name)["shorijokyo"] == "4"


@pytest.mark.parametrize(
    ("number", "result"), [(ANYBODY, "1"), (PROTECTED, "2"), (PAST_END, "2"), ("799999999999999", "3")]
)
def test_certificates_are_issued_to_nobody_protected(begin: Begin, number: str, result: str) -> None:
    """Issued, suppressed (past the end date as well), or nobody: only the first has any content."""
    row = begin(names=("konbini_kofu",)).result("konbini_hakko_yokyu", {**CERTIFICATE, "atenabango": number})

    assert row["hakkokekka"] == result
    assert ("shomeishonaiyo" in row) is (result == "1")


@pytest.mark.parametrize(
    ("number", "result"), [(ANYBODY, "1"), (PROTECTED, "2"), (PROTECTED_CHILD, "2"), ("799999999999999", "3")]
)
def test_inquiries_about_protected_people_are_left_to_a_clerk(begin: Begin, number: str, result: str) -> None:
    """The intermediate server gives the items of others, and for protected people says only that it does not."""
    row = begin(names=("chukan_server",)).result("chukan_johoshokai_yokyu", {**INQUIRY, "atenabango": number})

    assert row["shokaikekka"] == result
    assert ("komoku" in row) is (result == "1")


def test_the_flag_of_a_protected_person_cannot_be_taken_away(begin: Begin) -> None:
    """It ends where 支援措置 ends, not at the intermediate server."""
    caller = begin(names=("chukan_server",))
    copy = {"tokuteikojinjohomei": "TM00000000000002", "jimukodo": "000016", "komoku": [], "atenabango": PROTECTED}
    made = caller.result("chukan_fukuhon_toroku", copy)
    flags = {"jidootofukafuragu": "0", "fukaijigaitofuragu": "0", "setteiriyu": "試験"}

    assert made["jidootofukafuragu"] == "1"
    assert caller.call("chukan_jidootofuka_settei", flags, name=made["fukuhonbango"]).status_code == 409


def test_nobody_has_an_unknown_code(begin: Begin) -> None:
    """Neither an inquiry nor an update finds or makes a person of a 住民票コード that nobody has."""
    caller = begin(names=("jukinet_cs",))
    known = caller.result("jukinet_shokai_yokyu", {"juminhyokodo": juminhyo_code(1), "shokaijiyu": "試験"})
    unknown = caller.result("jukinet_shokai_yokyu", {"juminhyokodo": "0" * 11, "shokaijiyu": "試験"})
    change = {"shimei": "連携　太郎", "jusho": "架空県", "idojiyu": "05", "idonengappi": "2026-04-01"}

    assert (known["shokaikekka"], unknown["shokaikekka"]) == ("1", "2")
    assert "shimei" not in unknown
    assert caller.call("jukinet_honninkakunin_koshin", change, name="0" * 11).status_code == 404
    assert caller.call("jukinet_honninkakunin_shutoku", name="0" * 11).status_code == 404


def test_protected_children_and_closed_records_are_left_out(begin: Begin) -> None:
    """A protected child is in no list and not read; a 住登外者 closed to others is not given; addresses are hidden."""
    caller = begin(names=("kodomo_data", "dokujishisaku"))
    children = [row["atenabango"] for row in caller.call("kodomo_ichiran", limit="100").json()["result"]]

    assert CHILD in children
    assert PROTECTED_CHILD not in children
    assert caller.call("kodomo_shokai", name=PROTECTED_CHILD).status_code == 404
    assert caller.call("dokuji_kihondata_shutoku", name="900000000000057").status_code == 404
    assert "jusho" not in caller.result("dokuji_kihondata_shutoku", name=PROTECTED)
    assert "jusho" in caller.result("dokuji_kihondata_shutoku", name=ANYBODY)


def test_the_same_start_gives_the_same_answers(begin: Begin) -> None:
    """Two processes from one pack answer alike, byte for byte; a reset brings back the first moment."""
    first, second = begin(), begin()
    lists = [verbs["list"] for known in first.systems.interfaces.values() for verbs in _verbs(known)]
    said = [first.call(name).content for name in lists]
    first.result("mainaportal_shinsei_toroku", APPLICATION)
    first.http.post("/control/reset")

    assert said == [second.call(name).content for name in lists]
    assert said == [first.call(name).content for name in lists]


def _verbs(known: interface.Interface) -> list[Any]:
    return [one.verbs for one in known.collections if "list" in one.verbs]


def test_faults_of_other_systems_are_no_faults_here() -> None:
    """A name that only the mocks of the standard know is refused, and it is told where the right ones are."""
    with pytest.raises(
        UnknownFaultError, match=r"no such fault: address_missing_in_001o005; see mocks/boundary/faults\.toml"
    ):
        switched_on(["address_missing_in_001o005", "certificate_of_protected"])


def test_faults_are_switched_and_unknown_ones_refused(begin: Begin) -> None:
    """The control interface turns exactly the named faults on."""
    caller = begin(names=("konbini_kofu",))
    answer = caller.http.post("/control/fault", json={"names": ["certificate_of_protected"]})
    row = caller.result("konbini_hakko_yokyu", {**CERTIFICATE, "atenabango": PROTECTED})

    assert answer.json()["faults"] == ["certificate_of_protected"]
    assert row["hakkokekka"] == "1"
    assert caller.http.post("/control/fault", json={"names": ["no_such"]}).status_code == 400
