"""Plan files: every mistake is a diagnosis with code and key; secrets are never repeated."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from renkei.errors import PlanError
from renkei.flow.contract import Bundle, Linkage, System
from renkei.flow.plan import CommandAccess, FacadeAccess, ManualAccess, Plan, Profile, SecretRef
from renkei.flow.requirement import Transport
from renkei.planfile import read_plan

TODAY = dt.date(2026, 11, 22)
HEAD = '[plan]\nname = "p"\nedition = "2026-11"\nmunicipality = "993018"\n'
TARGET = (
    '[[target]]\nid = "a-031"\nvendor = "a"\nproduct = "P"\nversion = "1"\nsystem = "031"\n'
    '[target.rest]\nbase_url = "https://127.0.0.1:1"\ntoken_url = "https://127.0.0.1:1/t"\n'
    'client_id = "c"\nclient_secret = {env = "S"}\n'
)


def bundle() -> Bundle:
    rest = Linkage(id="fuban", name_ja="", name_en="", system="031", consumers=(), transport=Transport.REST)
    return Bundle(
        edition="2026-11",
        title_ja="",
        title_en="",
        systems=(System(id="031", romaji="", name_ja="", name_en="", linkages=(rest,), items=(), document={}),),
        requirements=(),
        ambiguities=(),
        codes={},
        file_profile={},
        auth_document={},
        digests={},
    )


def read(tmp_path: Path, text: str) -> Plan:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return read_plan(path, bundle(), today=TODAY)


def test_a_plan_is_read(tmp_path: Path) -> None:
    """A small plan gives its targets, with defaults filled in and secrets as references."""
    plan = read(tmp_path, HEAD + TARGET)

    assert plan.profile is Profile.STANDARD
    assert plan.target("a-031").rest is not None
    assert plan.target("a-031").rest.client_secret.name == "S"  # type: ignore[union-attr]  # just asserted


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("x = [", "plan-not-toml", "plan.toml"),
        (HEAD + "colour = 1\n" + TARGET, "plan-unknown-key", "plan.colour"),
        (HEAD + TARGET + 'passwort = "x"\n', "plan-unknown-key", "target[0].rest.passwort"),
        (HEAD, "plan-no-target", "target"),
        (TARGET, "plan-missing-key", "plan"),
        (HEAD.replace("2026-11", "1999"), "plan-unknown-edition", "plan.edition"),
        (HEAD + 'profile = "deep"\n' + TARGET, "plan-wrong-value", "plan.profile"),
        (HEAD + "seed = -1\n" + TARGET, "plan-wrong-value", "plan.seed"),
        (HEAD.replace("993018", "99301") + TARGET, "plan-wrong-value", "plan.municipality"),
        (HEAD + TARGET.replace('"031"', '"999"'), "plan-unknown-system", "target[0].system"),
        (HEAD + TARGET.replace("a-031", "a/031"), "plan-wrong-value", "target[0].id"),
        (HEAD + TARGET + TARGET, "plan-overlap", "a-031"),
        (HEAD + TARGET + TARGET.replace("a-031", "b-031"), "plan-overlap", "https://127.0.0.1:1"),
        (HEAD + TARGET.replace("https://127.0.0.1:1/t", "ftp://x"), "plan-bad-url", "target[0].rest.token_url"),
        (HEAD + TARGET.replace("127.0.0.1:1/t", "127.0.0.1:99999/t"), "plan-bad-url", "target[0].rest.token_url"),
        (HEAD + TARGET.replace("127.0.0.1:1/t", "u:p@127.0.0.1/t"), "plan-bad-url", "target[0].rest.token_url"),
        (HEAD + TARGET.replace('{env = "S"}', '"hunter2"'), "plan-missing-secret", "target[0].rest.client_secret"),
        (HEAD + TARGET + 'ca_file = "none.pem"\n', "plan-missing-file", "target[0].rest.ca_file"),
        (HEAD + TARGET + '[target.claims]\noptional = ["nope"]\n', "plan-wrong-value", "target[0].claims.optional"),
        (HEAD + TARGET + '[target.claims]\nexempt = {nope = "r"}\n', "plan-unknown-linkage", "target[0].claims.exempt"),
        (
            HEAD + TARGET + '[target.claims]\nwaivers = "w.toml"\n',
            "plan-waivers-unreadable",
            "target[0].claims.waivers",
        ),
    ],
)
def test_each_mistake_has_its_diagnosis(tmp_path: Path, text: str, code: str, key: str) -> None:
    """The error names the code and the offending key."""
    with pytest.raises(PlanError) as caught:
        read(tmp_path, text)

    assert caught.value.code == code
    assert key in (caught.value.values.get("key"), caught.value.values.get("file"))


@pytest.mark.parametrize(
    "text",
    [
        TARGET.replace('{env = "S"}', '"hunter2"'),
        TARGET + 'client_secrets = "hunter2"\n',
        TARGET.replace('{env = "S"}', '{value = "hunter2"}'),
        TARGET.replace("127.0.0.1:1/t", "user:hunter2@127.0.0.1/t"),
        TARGET + '[target.files]\nurl = "s3://b/p"\noptions = {secret = "hunter2"}\n',
        TARGET + '[target.files]\nurl = "sftp://h/p"\noptions = {password = "hunter2"}\n',
        TARGET + '[target.files]\nurl = "s3://b/p"\noptions = [{secret = "hunter2"}]\n',
    ],
)
def test_a_secret_written_into_the_plan_is_not_repeated(tmp_path: Path, text: str) -> None:
    """Wherever a secret is written in place of a reference, the plan is refused and the diagnosis does not show it."""
    with pytest.raises(PlanError) as caught:
        read(tmp_path, HEAD + text)

    assert "hunter2" not in str(caught.value)


def test_the_same_address_in_another_spelling_overlaps(tmp_path: Path) -> None:
    """Letter case of the host, a default port and a closing slash do not make a second system."""
    one = TARGET.replace("https://127.0.0.1:1", "https://v.example")
    other = one.replace("a-031", "b-031").replace('base_url = "https://v.example', 'base_url = "https://V.EXAMPLE:443/')
    with pytest.raises(PlanError) as caught:
        read(tmp_path, HEAD + one + other)

    assert (caught.value.code, caught.value.values["other"]) == ("plan-overlap", "a-031")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ('requirement = "ZZ-99"', "plan-waiver-unknown"),
        ("nonsense = 1", "plan-waivers-unreadable"),
        ('[[waivers]]\nrequirement = "ZZ-99"', "plan-waivers-unreadable"),
    ],
)
def test_waiver_lists_are_strict(tmp_path: Path, row: str, code: str) -> None:
    """An unreadable or unknown waiver is an error, never an empty list."""
    rest = '\nlinkage = ""\nowner = "o"\nreason = "r"\nlink = "l"\nexpires = "2027-01-01"\n'
    (tmp_path / "w.toml").write_text(f"[[waiver]]\n{row}{rest}", encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read(tmp_path, HEAD + TARGET + '[target.claims]\nwaivers = "w.toml"\n')

    assert caught.value.code == code


def test_a_missing_plan_is_a_diagnosis(tmp_path: Path) -> None:
    """A path that leads nowhere is a plan error, not a traceback."""
    with pytest.raises(PlanError) as caught:
        read_plan(tmp_path / "none.toml", bundle(), today=TODAY)

    assert caught.value.code == "plan-unreadable"


CONSUMER = (
    '[[target]]\nid = "a-010"\nvendor = "a"\nproduct = "P"\nversion = "1"\nsystem = "031"\nroles = ["consumer"]\n'
)
FACADE = '[target.facade]\nurl = "https://127.0.0.1:1"\nsecret = {env = "S"}\n'


def test_a_facade_makes_a_consumer_act_and_tells_what_it_holds(tmp_path: Path) -> None:
    """A table ``facade`` is both trigger and readback; a table of its own replaces either."""
    whole = read(tmp_path, HEAD + CONSUMER + FACADE).targets[0]
    mixed = read(tmp_path, HEAD + CONSUMER + FACADE + '[target.trigger]\ncommand = ["./act", "{linkage}"]\n').targets[0]

    assert (
        whole.trigger
        == whole.readback
        == FacadeAccess(url="https://127.0.0.1:1", secret=SecretRef(kind="env", name="S"))
    )
    assert mixed.trigger == CommandAccess(argv=("./act", "{linkage}"))
    assert mixed.readback == whole.readback


def test_a_person_may_be_the_trigger(tmp_path: Path) -> None:
    """``manual = true`` leaves the trigger to a person, who has an hour unless the plan says otherwise."""
    target = read(tmp_path, HEAD + CONSUMER + "[target.trigger]\nmanual = true\nseconds = 60\n").targets[0]

    assert target.trigger == ManualAccess(seconds=60)
    assert target.readback is None


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("", "plan-missing-key", "target[0].trigger"),
        (FACADE + "colour = 1\n", "plan-unknown-key", "target[0].facade.colour"),
        ('[target.facade]\nurl = "https://h"\n', "plan-missing-secret", "target[0].facade.secret"),
        ('[target.facade]\nurl = "https://h"\nsecret = "plain"\n', "plan-missing-secret", "target[0].facade.secret"),
        ('[target.facade]\nurl = "ftp://h"\nsecret = {env = "S"}\n', "plan-bad-url", "target[0].facade.url"),
        (FACADE + "seconds = 0\n", "plan-wrong-value", "target[0].facade.seconds"),
        (FACADE + 'ca_file = "none.pem"\n', "plan-missing-file", "target[0].facade.ca_file"),
        ("[target.trigger]\n", "plan-one-way", "target[0].trigger"),
        ('[target.trigger]\nmanual = true\ncommand = ["a"]\n', "plan-one-way", "target[0].trigger"),
        ("[target.trigger]\nmanual = false\n", "plan-wrong-value", "target[0].trigger.manual"),
        ("[target.trigger]\nmanual = true\n[target.shelf]\n", "plan-wrong-value", "target[0].shelf"),
        ('[target.trigger]\ncommand = "rm -rf /"\n', "plan-wrong-value", "target[0].trigger.command"),
        ("[target.trigger]\ncommand = []\n", "plan-wrong-value", "target[0].trigger.command"),
        ('[target.trigger]\ncommand = ["a", 1]\n', "plan-wrong-value", "target[0].trigger.command"),
        ('[target.trigger]\ncommand = ["a"]\nsecret = {env = "S"}\n', "plan-unknown-key", "target[0].trigger.secret"),
        (FACADE + "[target.readback]\nmanual = true\n", "plan-one-way", "target[0].readback"),
        ("facade = 1\n", "plan-wrong-value", "target[0].facade"),
    ],
)
def test_a_wrong_trigger_is_diagnosed(tmp_path: Path, text: str, code: str, key: str) -> None:
    """Every mistake about façade, trigger and readback names its key."""
    with pytest.raises(PlanError) as caught:
        read(tmp_path, HEAD + CONSUMER + text)

    assert (caught.value.code, caught.value.values["key"]) == (code, key)
