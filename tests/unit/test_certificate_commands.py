"""The commands certify and verify: what they say, and the exit codes by which they say it."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from run_maker import CONTRACTS, bundle, make

from renkei.adapters.signing.keys import new_key
from renkei.catalogue import Catalogue
from renkei.cli import certify as certify_command
from renkei.cli import verify as verify_command
from renkei.errors import ExitCode, RenkeiError
from renkei.flow.outcome import Outcome


@pytest.fixture(name="commands")
def wired(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The commands with the small edition in place of the installed one; gives a folder with a key."""
    monkeypatch.setattr(certify_command.wiring, "load_bundle", bundle)
    monkeypatch.setattr(certify_command.wiring, "contracts_digest", lambda _: CONTRACTS)
    monkeypatch.setattr(certify_command, "_show", lambda *_: None)
    monkeypatch.delenv("RENKEI_KEYS", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    new_key(tmp_path / "issuer.pem")
    return tmp_path


def call(module: Any, *arguments: str, lang: str = "ja") -> int:
    parser = argparse.ArgumentParser()
    module.register(parser.add_subparsers(), Catalogue(lang))
    args = parser.parse_args([module.__name__.rpartition(".")[2], *arguments])
    args.lang = lang
    return int(module.run(args))


@pytest.mark.parametrize(
    ("outcomes", "profile", "code", "decision"),
    [
        ((), "standard", 0, "certified"),
        ((), "smoke", 0, "conditional"),
        ((Outcome.FAILED,), "standard", 1, "not_certified"),
    ],
)
def test_certify_says_the_decision_by_its_exit_code(
    commands: Path, capsys: pytest.CaptureFixture[str], outcomes: Any, profile: str, code: int, decision: str
) -> None:
    """Certify exits 0 unless a target is not certified; verify exits 0 for every certificate that holds."""
    folder = commands / "run"
    make(folder, *outcomes, profile=profile)
    assert call(certify_command, str(folder), "--key", str(commands / "issuer.pem"), "--json") == code
    assert json.loads(capsys.readouterr().out)["decision"] == decision
    certificate = str(folder / "certificate.json")
    assert call(verify_command, certificate, "--key", str(commands / "issuer.pub.pem")) == 0
    assert "本物" in capsys.readouterr().out
    assert call(verify_command, certificate, "--key", str(commands / "issuer.pub.pem"), lang="en") == 0
    assert "genuine" in capsys.readouterr().out


def test_verify_says_what_is_wrong(commands: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Verify exits 1 and names each failed check, in words and as JSON."""
    folder = commands / "run"
    make(folder)
    call(certify_command, str(folder), "--key", str(commands / "issuer.pem"))
    next(iter(sorted((folder / "evidence").iterdir()))).unlink()
    arguments = (str(folder / "certificate.json"), "--key", str(commands / "issuer.pub.pem"))
    capsys.readouterr()
    assert call(verify_command, *arguments) == 1
    text = capsys.readouterr().out
    assert "× 証跡" in text
    assert "信用してはいけません" in text
    assert call(verify_command, *arguments, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["verified"] is False
    assert [check["code"] for check in document["checks"] if check["state"] == "failed"] == ["evidence-missing"]


def test_demo_certificate_says_so(commands: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A demo certificate verifies with its own key, and says loudly that it is none; its private key is gone."""
    folder = commands / "run"
    make(folder)
    certify_command.certify_demo(folder)
    assert not [path for path in folder.rglob("*.pem") if b"PRIVATE" in path.read_bytes()]
    assert call(verify_command, str(folder / "certificate.json"), "--key", str(folder / "demo.pub.pem")) == 0
    assert "DEMO" in capsys.readouterr().out


def test_nothing_is_signed_or_trusted_without_a_key(commands: Path) -> None:
    """Certify without a key and verify without a trusted key are usage errors, and no key appears."""
    folder = commands / "run"
    make(folder)
    before = sorted(commands.rglob("*"))
    for module, arguments, code in (
        (certify_command, (str(folder),), "certify-no-key"),
        (certify_command, (), "certify-no-run"),
        (verify_command, (str(folder / "certificate.json"),), "verify-no-key"),
        (verify_command, (), "verify-no-certificate"),
        (verify_command, ("nowhere.json", "--key", str(commands / "issuer.pub.pem")), "verify-unreadable"),
    ):
        with pytest.raises(RenkeiError) as caught:
            call(module, *arguments)
        assert (caught.value.code, caught.value.exit_code) == (code, ExitCode.USAGE)
    assert sorted(commands.rglob("*")) == before


def test_trusted_keys_lie_in_a_folder(commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of the folder that RENKEI_KEYS names are trusted."""
    folder = commands / "run"
    make(folder)
    call(certify_command, str(folder), "--key", str(commands / "issuer.pem"))
    (commands / "trusted").mkdir()
    shutil.copy(commands / "issuer.pub.pem", commands / "trusted")
    monkeypatch.setenv("RENKEI_KEYS", str(commands / "trusted"))
    assert call(verify_command, str(folder / "certificate.json")) == 0


def test_new_key_is_made_only_on_request(commands: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--new-key` makes a pair, says what to do with each half, and stops."""
    assert call(certify_command, "--new-key", str(commands / "mine.pem")) == 0
    assert (commands / "mine.pub.pem").exists()
    assert "mine.pub.pem" in capsys.readouterr().out
