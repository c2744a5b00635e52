"""Every command: help in both languages and fast, data with a schema, and a diagnosis for whatever goes wrong."""

from __future__ import annotations

import json
import re
import statistics
from pathlib import Path

import jsonschema_rs
import pytest
from command_line import ENTRY, environment, plan_of, renkei, target
from running_town import Town

from renkei.cli.main import COMMANDS

HELP_SECONDS = 0.3
KANA = re.compile("[ぁ-ん]")
# Imported, these alone would take longer than a help text may.
HEAVY = ("hypothesis", "pytest", "httpx", "schemathesis", "openapi_core", "polars", "fsspec", "jinja2", "cryptography")


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_help_speaks_the_readers_language(command: str, language: str) -> None:
    """Help comes on stdout with exit 0, in Japanese or in English."""
    ended = renkei("--lang", language, *([command] if command else []), "--help")

    assert ended.code == 0, ended.said
    assert ended.err == ""
    assert bool(KANA.search(ended.out)) == (language == "ja"), ended.out


def test_help_is_quick() -> None:
    """The median of five calls of `renkei --help` takes at most 300 ms."""
    assert statistics.median(renkei("--help").seconds for _ in range(5)) <= HELP_SECONDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_imports_nothing_heavy(command: str) -> None:
    """The help of a command imports no library that only its work needs."""
    import subprocess

    code = (
        f"import sys; sys.argv = ['renkei', '{command}', '--help']\n"
        "from renkei.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('heavy:', *sorted(set(sys.modules) & set({HEAVY!r})))"
    )
    done = subprocess.run(
        [ENTRY[0], "-c", code], capture_output=True, text=True, check=True, timeout=60, env=environment()
    )

    assert done.stdout.splitlines()[-1] == "heavy:"


@pytest.mark.parametrize(
    "arguments", [("nonsense",), (), ("run",), ("run", "p", "--profile", "deep"), ("--colour", "red")]
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_command_line_that_makes_no_sense(arguments: tuple[str, ...], language: str) -> None:
    """Unknown commands, options and values are a diagnosis: exit 2, no traceback."""
    ended = renkei("--lang", language, *arguments)

    assert ended.code == 2, ended.said
    assert "[command-line]" in ended.err
    assert bool(KANA.search(ended.err)) == (language == "ja")
    assert "Traceback" not in ended.said


@pytest.mark.parametrize("command", ["plan", "doctor"])
def test_no_plan_is_a_diagnosis(command: str) -> None:
    """A command that needs a plan says so."""
    ended = renkei(command)

    assert ended.code == 2, ended.said
    assert "[plan-not-named]" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "PLAN"),
        ("doctor", "PLAN"),
        ("requirements",),
        ("requirements", "--coverage"),
        ("contracts", "diff", "SAME"),
    ],
    ids=" ".join,
)
def test_data_follows_the_printed_schema(arguments: tuple[str, ...], town: Town) -> None:
    """What `--json` prints is what `--schema` promises."""
    contracts = str(Path(__file__).parents[2] / "contracts")
    given = {"PLAN": [town.plan_for("alpha")], "SAME": [contracts, contracts]}
    words = [item for word in arguments for item in given.get(word, [word])]
    command = [word for word in arguments if word not in given]
    schema = renkei(*[word for word in command if word != "--coverage"], "--schema")
    data = renkei(*words, "--json")

    assert schema.code == 0, schema.said
    assert data.code == 0, data.said
    jsonschema_rs.validator_for(json.loads(schema.out)).validate(json.loads(data.out))


def test_the_language_is_the_environments() -> None:
    """Without --lang the locale decides, and Japanese text survives a terminal that has no letters for it."""
    assert KANA.search(renkei("--help", env={"LC_ALL": "ja_JP.UTF-8"}).out)
    assert not KANA.search(renkei("--help", env={"LC_ALL": "en_US.UTF-8"}).out)
    assert renkei("--lang", "ja", "--help", env={"PYTHONIOENCODING": "ascii"}).code == 0


@pytest.mark.parametrize("language", ["ja", "en"])
def test_our_own_failure_is_a_diagnosis(language: str, tmp_path: Path) -> None:
    """An exception that nobody foresaw: exit 4 with kind and place, the trace in a private file, nothing else shown."""
    broken = tmp_path / "home"
    (broken / "contracts").mkdir(parents=True)
    (broken / "suites").write_text("not a folder", encoding="utf-8")
    sabotage = tmp_path / "sitecustomize.py"
    sabotage.write_text(
        "import renkei.cli.wiring as wiring\n"
        "def broken(*_, **__):\n    raise ZeroDivisionError('hunter2 must not be shown')\n"
        "wiring.open_plan = broken\n",
        encoding="utf-8",
    )
    (tmp_path / "plan.toml").write_text(plan_of([target("a", "031")]), encoding="utf-8")
    env = {"PYTHONPATH": f"{tmp_path}:{environment().get('PYTHONPATH', '')}", "TMPDIR": str(tmp_path)}
    ended = renkei("--lang", language, "plan", tmp_path / "plan.toml", env=env)
    (kept,) = tmp_path.glob("renkei-crash-*.log")

    assert ended.code == 4, ended.said
    assert "[internal-error]" in ended.err
    assert "ZeroDivisionError" in ended.err
    assert "sitecustomize.py:3" in ended.err
    assert "Traceback" not in ended.said
    assert "hunter2" not in ended.said
    assert str(kept) in ended.err
    assert "hunter2" in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o077 == 0
    assert "Traceback" in renkei("plan", tmp_path / "plan.toml", env=env | {"RENKEI_TRACEBACK": "1"}).err
