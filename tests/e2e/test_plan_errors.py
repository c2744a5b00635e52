"""Plans that cannot be run: exit 2, a diagnosis in the reader's language, and a folder that says so."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from command_line import Ended, plan_of, renkei, run, target

SCHEMA = Path(__file__).parents[2] / "src" / "renkei" / "schemas" / "refusal-1.json"
LABELS = {
    "ja": ("内容：", "正しい形：", "次にすること：", "対応する人："),
    "en": ("what happened: ", "expected: ", "next: ", "who can act: "),
}
REST = {
    "base_url": "https://127.0.0.1:1",
    "token_url": "https://127.0.0.1:1/t",
    "client_id": "c",
    "client_secret": {"file": "secret"},
}
ONE = target("a-031", "031", rest=REST)
WAIVER = 'requirement = "AU-07"\nlinkage = ""\nowner = "o"\nreason = "r"\nlink = "l"\n'
# (plan or None for a missing file, the waiver list beside it, the code)
MISTAKES = {
    "unknown-key": (plan_of([ONE], colour="red"), "", "plan-unknown-key"),
    "missing-secret": (plan_of([target("a", "031", rest=REST | {"client_secret": {"env": "NO_SUCH_SECRET"}})]), "", "plan-missing-secret"),
    "bad-url": (plan_of([target("a", "031", rest=REST | {"base_url": "127.0.0.1"})]), "", "plan-bad-url"),
    "unknown-edition": (plan_of([ONE], edition="1999-01"), "", "plan-unknown-edition"),
    "overlap": (plan_of([ONE, target("b-031", "031", rest=REST)]), "", "plan-overlap"),
    "waivers-broken": (plan_of([target("a", "031", rest=REST, claims={"waivers": "w.toml"})]), "[[waiver]", "plan-waivers-unreadable"),
    "waivers-missing": (plan_of([target("a", "031", rest=REST, claims={"waivers": "none.toml"})]), "", "plan-waivers-unreadable"),
    "waiver-expired": (plan_of([target("a", "031", rest=REST, claims={"waivers": "w.toml"})]), f'[[waiver]]\n{WAIVER}expires = "2020-01-01"\n', "plan-waiver-expired"),
    "missing-file": (None, "", "plan-unreadable"),
    "not-toml": ("[plan\n", "", "plan-not-toml"),
    "empty": ("", "", "plan-missing-key"),
    "no-target": (plan_of([]), "", "plan-no-target"),
}  # fmt: skip


def refused(folder: Path) -> dict[str, str]:
    """What the run folder says, checked against the shipped schema."""
    document = json.loads((folder / "refused.json").read_text(encoding="utf-8"))
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(document)
    return dict(document)


def diagnosed(ended: Ended, language: str, code: str) -> bool:
    """Whether a command ended with exactly this diagnosis, whole and in that language."""
    assert ended.code == 2, ended.said
    assert f"[{code}]" in ended.err, ended.said
    assert "Traceback" not in ended.said
    return all(label in ended.err for label in LABELS[language])


def written(folder: Path, name: str) -> Path:
    """The plan with that mistake."""
    text, waivers, _ = MISTAKES[name]
    (folder / "secret").write_text("s" * 32, encoding="utf-8")
    if waivers:
        (folder / "w.toml").write_text(waivers, encoding="utf-8")
    if text is not None:
        (folder / "plan.toml").write_text(text, encoding="utf-8")
    return folder / "plan.toml"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_a_diagnosis(name: str, language: str, tmp_path: Path) -> None:
    """The run is refused with four sentences, and refused.json holds the code and the same sentences."""
    plan = written(tmp_path, name)
    ended = run(plan, tmp_path / "run", "--lang", language)
    said = refused(tmp_path / "run")

    assert diagnosed(ended, language, MISTAKES[name][2])
    assert said["code"] == MISTAKES[name][2]
    assert said["message"] in ended.err
    assert not (tmp_path / "run" / "run.jsonl").exists()


@pytest.mark.parametrize("command", ["doctor", "plan"])
def test_every_command_refuses_a_broken_plan(command: str, tmp_path: Path) -> None:
    """`doctor` and `plan` give the same diagnosis as `run`."""
    assert diagnosed(renkei("--lang", "en", command, written(tmp_path, "overlap")), "en", "plan-overlap")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--only", "nothing-of-that-name"), "plan-only-unknown"),
        (("--seed", "-1"), "plan-wrong-value"),
        (("--workers", "0"), "plan-wrong-value"),
    ],
)
def test_mistakes_on_the_command_line_are_refused_alike(arguments: tuple[str, ...], code: str, tmp_path: Path) -> None:
    """What is found after the plan was read leaves a folder that says so too."""
    (tmp_path / "secret").write_text("s" * 32, encoding="utf-8")
    (tmp_path / "plan.toml").write_text(plan_of([ONE]), encoding="utf-8")
    ended = run(tmp_path / "plan.toml", tmp_path / "run", "--lang", "en", *arguments)

    assert diagnosed(ended, "en", code)
    assert refused(tmp_path / "run")["code"] == code


def test_a_refused_folder_can_be_used_again(tmp_path: Path) -> None:
    """After the mistake is mended the same folder takes the run, and the refusal is gone."""
    plan = written(tmp_path, "missing-secret")
    run(plan, tmp_path / "run")
    ended = renkei("run", plan, "--out", tmp_path / "run", "--no-report", env={"NO_SUCH_SECRET": "s" * 32})

    assert ended.code == 3, ended.said
    assert not (tmp_path / "run" / "refused.json").exists()
    assert (tmp_path / "run" / "verdicts.json").is_file()


def test_a_folder_that_cannot_be_written_is_a_diagnosis(tmp_path: Path) -> None:
    """A file in the place of the folder is told, not crashed into."""
    (tmp_path / "secret").write_text("s" * 32, encoding="utf-8")
    (tmp_path / "plan.toml").write_text(plan_of([ONE]), encoding="utf-8")
    (tmp_path / "run").write_text("a file", encoding="utf-8")

    assert diagnosed(run(tmp_path / "plan.toml", tmp_path / "run", "--lang", "en"), "en", "folder-unusable")
