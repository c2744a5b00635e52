"""The scripts of ci/: what they are, and how the engine script behaves around daemons that misbehave."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import tree

SCRIPTS = [name for name in tree.files() if re.fullmatch(r"ci/\w+|\.ci/run", name)]
RUNNABLE = [name for name in SCRIPTS if name != "ci/setup"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_bash(name: str) -> None:
    """A script parses."""
    done = subprocess.run(["bash", "-n", name], cwd=tree.ROOT, capture_output=True, text=True, check=False)

    assert done.stderr == ""


@pytest.mark.parametrize("name", RUNNABLE)
def test_a_script_can_be_started(name: str) -> None:
    """A script is executable, names its shell, and says what it is for in its second line."""
    lines = tree.text(name).splitlines()

    assert os.access(tree.ROOT / name, os.X_OK)
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[1].startswith("# ")


def test_ci_runs_the_tests() -> None:
    """.ci/run does nothing but call ci/test."""
    commands = [line for line in tree.text(".ci/run").splitlines() if line and not line.startswith("#")]

    assert len(commands) == 1
    assert re.fullmatch(r'exec bash ".*/\.\./ci/test"', commands[0])


def test_a_warm_set_up_is_silent_and_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up once, ci/setup does nothing more: no output, no network, under two seconds."""
    if not (tree.ROOT / ".tools/renkei.stamp").exists():
        pytest.skip("this environment was not made by ci/setup")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing listens: whoever asked the network would fail
    command = ["bash", "-c", ". ci/setup && setup"]
    subprocess.run(command, cwd=tree.ROOT, capture_output=True, check=True)
    began = time.monotonic()
    done = subprocess.run(command, cwd=tree.ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - began < 2


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """An environment in which no engine answers and dockerd is what the test writes; its folder is the test's own."""
    if os.getuid() != 0:
        pytest.skip("only root starts an engine")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("docker", "dockerd", "iptables"):
        write_program(programs / name, "exit 1")
    path = f"{programs}:{os.environ['PATH']}"
    state = tmp_path / "renkei-engine-test"
    kept = {name: value for name, value in os.environ.items() if name != "DOCKER_HOST"}
    return kept | {"PATH": path, "RENKEI_ENGINE_DIR": str(state), "RENKEI_ENGINE_SECONDS": "1", "TMPDIR": str(tmp_path)}


def write_program(path: Path, body: str) -> None:
    """A stand-in for a program: a few lines of shell."""
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def engine(surroundings: dict[str, str], what: str) -> subprocess.CompletedProcess[str]:
    """Call ci/engine there; its own tools must not come before the stand-ins on the path."""
    script = tree.ROOT / "ci/engine"
    return subprocess.run(
        ["bash", script, what], env=surroundings, capture_output=True, text=True, check=False, timeout=30
    )


def test_a_daemon_that_dies_is_reported_by_its_last_words(surroundings: dict[str, str]) -> None:
    """When dockerd ends at once, start fails with the last line of its log and leaves no folder."""
    write_program(Path(surroundings["PATH"].split(":")[0]) / "dockerd", "echo 'no room on device'; exit 1")

    done = engine(surroundings | {"RENKEI_ENGINE_SECONDS": "60"}, "start")

    assert done.returncode == 1
    assert "no room on device" in done.stderr
    assert not Path(surroundings["RENKEI_ENGINE_DIR"]).exists()


def test_a_daemon_that_hangs_is_ended(surroundings: dict[str, str]) -> None:
    """When dockerd never answers, start gives up after its patience and kills it."""
    left = Path(surroundings["TMPDIR"]) / "pid"
    write_program(Path(surroundings["PATH"].split(":")[0]) / "dockerd", f"echo $$ > {left}; exec sleep 60")

    done = engine(surroundings, "start")

    assert done.returncode == 1
    assert "no answer within 1 s" in done.stderr
    assert not Path("/proc", left.read_text().strip()).exists()


def test_a_stale_folder_harms_no_bystander(surroundings: dict[str, str]) -> None:
    """A pid file that names another process now is not believed: stop removes the folder and leaves that process alone."""
    state = Path(surroundings["RENKEI_ENGINE_DIR"])
    state.mkdir()
    with subprocess.Popen(["sleep", "60"]) as bystander:
        (state / "engine.pid").write_text(str(bystander.pid), encoding="ascii")
        done = engine(surroundings, "stop")
        alive = bystander.poll() is None
        bystander.kill()

    assert done.returncode == 0
    assert alive
    assert not state.exists()


def test_a_folder_that_is_not_the_engines_is_left_alone(surroundings: dict[str, str], tmp_path: Path) -> None:
    """Stop removes only a folder whose name says that it belongs to the engine."""
    precious = tmp_path / "precious"
    precious.mkdir()

    engine(surroundings | {"RENKEI_ENGINE_DIR": str(precious)}, "stop")

    assert precious.exists()


def test_an_engine_that_answers_is_taken(surroundings: dict[str, str]) -> None:
    """Where an engine answers, start finds it and starts none."""
    programs = Path(surroundings["PATH"].split(":")[0])
    write_program(programs / "docker", "echo 20.10")
    write_program(programs / "dockerd", "touch started; exit 1")

    done = engine(surroundings, "start")

    assert done.stdout.startswith("found ")
    assert not Path(surroundings["RENKEI_ENGINE_DIR"]).exists()


@pytest.mark.slow
def test_the_wheel_works_without_the_source(tmp_path: Path) -> None:
    """The built wheel holds contracts, suites and mocks, and its command line starts with the source out of sight."""
    uv = shutil.which("uv", path=f"{tree.ROOT}/.tools/bin:{os.environ['PATH']}")
    if uv is None:
        pytest.skip("uv is not installed: run ci/setup")
    python = tree.ROOT / ".venv/bin/python"
    build = [uv, "build", "-q", "--wheel", "--no-build-isolation", "--offline", "--python", python, "-o", tmp_path]
    subprocess.run([*build, tree.ROOT], check=True, capture_output=True)
    home = tmp_path / "home"
    shutil.unpack_archive(next(tmp_path.glob("*.whl")), home, "zip")

    code = "import renkei, sys; from renkei.cli.main import main; print(renkei.__file__); sys.exit(main(['--help']))"
    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(home)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert done.stdout.startswith(str(home)), done.stderr
    for part in ("contracts/edition.toml", "suites", "mocks/__main__.py"):
        assert (home / "renkei/data" / part).exists(), part
