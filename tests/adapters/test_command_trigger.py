"""Programs and people in place of a façade: whatever they do, it comes to a job or to a diagnosis."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from renkei.adapters.command.program import run_program
from renkei.adapters.jsonschema_rs.validator import SchemaValidator
from renkei.adapters.yaml.document import read_yaml
from renkei.errors import TargetBlocked
from renkei.flow.facade import Action, JobState, Order
from renkei.flow.plan import CommandAccess
from renkei.kit.byperson import Person
from renkei.kit.byprogram import Program

CONTRACT = Path(__file__).resolve().parents[2] / "contracts" / "facade" / "openapi.yaml"
ORDER = Order(
    linkage="001o006", action=Action.IMPORT, location="file:///a b;$(touch x)", client_secret="hush-hush-hush"
)
JOB = {"id": "1", "state": "finished", "linkage": "001o006", "counts": {"accepted": 3, "rejected": 0}}


@pytest.fixture(scope="module")
def contract() -> SchemaValidator:
    return SchemaValidator(read_yaml(CONTRACT.read_bytes(), CONTRACT.name))


def program(contract: SchemaValidator, code: str, *words: str, seconds: float = 20.0) -> Program:
    """A program of that Python code."""
    return Program(
        CommandAccess(argv=(sys.executable, "-c", code, *words), seconds=seconds), run_program, contract=contract
    )


def test_a_command_that_says_nothing_has_done_its_work(contract: SchemaValidator) -> None:
    """Exit code 0 and no output is a finished job."""
    assert program(contract, "").act(ORDER).state is JobState.FINISHED


def test_a_command_may_tell_its_job(contract: SchemaValidator) -> None:
    """A job on standard output is judged by the contract and believed."""
    assert program(contract, f"print({json.dumps(JOB)!r})").act(ORDER).accepted == 3


def test_no_shell_reads_the_words_of_a_command(contract: SchemaValidator, tmp_path: Path) -> None:
    """What is filled in stays one word, and the order is on standard input, with its secret there only."""
    seen = tmp_path / "seen"
    code = f"import sys, json; open({str(seen)!r}, 'w').write(json.dumps([sys.argv[1:], json.load(sys.stdin)]))"
    program(contract, code, "{linkage}", "at={location}").act(ORDER)

    words, order = json.loads(seen.read_text())
    assert words == ["001o006", "at=file:///a b;$(touch x)"]
    assert order == {**ORDER.members()}


def test_a_command_gets_no_secret_of_ours(contract: SchemaValidator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of our environment a command sees a few harmless names only."""
    monkeypatch.setenv("RENKEI_SECRET", "hush")
    code = "import os, sys; sys.exit('RENKEI_SECRET' in os.environ)"

    assert program(contract, code).act(ORDER).state is JobState.FINISHED


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import sys; print('\\x1b[31mno', file=sys.stderr); sys.exit(7)", "command-failed"),
        ("print('ready!')", "command-garbage"),
        ("print('{}')", "command-garbage"),
        (f"print({json.dumps(JOB | {'state': 'running'})!r})", "command-garbage"),
        (f"print({json.dumps(JOB | {'linkage': '001o005'})!r})", "command-garbage"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xfe')", "command-garbage"),
        ("print('x' * (9 << 20))", "command-too-much"),
        ("import os; os.kill(os.getpid(), 9)", "command-failed"),
    ],
)
def test_a_wrong_command_is_diagnosed(contract: SchemaValidator, code: str, expected: str) -> None:
    """A command that fails, prints what is no job, or prints without end is an obstacle with its words made harmless."""
    with pytest.raises(TargetBlocked) as caught:
        program(contract, code).act(ORDER)

    assert caught.value.code == expected
    assert not any("\x1b" in str(value) for value in caught.value.values.values())


def test_a_command_that_is_not_there_is_diagnosed(contract: SchemaValidator) -> None:
    """A program that does not exist is an obstacle."""
    absent = Program(CommandAccess(argv=("/no/such/program",)), run_program, contract=contract)

    with pytest.raises(TargetBlocked) as caught:
        absent.act(ORDER)

    assert caught.value.code == "command-not-started"


def test_a_command_and_its_children_end_at_the_deadline(contract: SchemaValidator, tmp_path: Path) -> None:
    """At its deadline a command is ended with everything that it started."""
    pid = tmp_path / "pid"
    child = f"import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); open({str(pid)!r}, 'w').write(str(p.pid)); time.sleep(60)"
    begun = time.monotonic()
    with pytest.raises(TargetBlocked) as caught:
        program(contract, child, seconds=2.0).act(ORDER)

    assert (caught.value.code, time.monotonic() - begun < 10) == ("command-deadline", True)
    time.sleep(0.2)
    assert not _lives(int(pid.read_text()))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def test_a_command_tells_records_page_by_page(contract: SchemaValidator) -> None:
    """A readback command gets linkage, key and page as words, and prints a page of records."""
    code = (
        "import sys, json; linkage, after = sys.argv[1:3]; "
        "print(json.dumps({'linkage': linkage, 'records': [{'values': {'a': after or 'first'}}], 'next': None if after else '2'}))"
    )
    page = program(contract, code, "{linkage}", "{after}").records("001o006")
    second = program(contract, code, "{linkage}", "{after}").records("001o006", after="2")

    assert (page.records[0].values["a"], page.following, second.records[0].values["a"]) == ("first", "2", "2")


def test_nobody_there_is_an_obstacle() -> None:
    """A manual trigger without a person, or with one who cannot do it, is blocked; with one it is a finished job."""
    for ask in (None, lambda _order, _seconds: False):
        with pytest.raises(TargetBlocked) as caught:
            Person(1.0, ask).act(ORDER)
        assert caught.value.code == "needs-a-person"

    assert Person(1.0, lambda _order, _seconds: True).act(ORDER).state is JobState.FINISHED
