"""The documents say what is there: commands, exit codes, scripts and layers, the same in both languages."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import tree
import yaml

from renkei.cli.main import COMMANDS
from renkei.errors import ExitCode
from renkei.flow.outcome import Outcome

READMES = ("README.md", "README.ja.md")
DOCUMENTS = (*READMES, "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGES.md", "LICENSE", "NOTICE", "reports/README.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")


def blocks(name: str, language: str = "") -> list[str]:
    """The fenced blocks of a document, of one language or of all."""
    return [body for tag, body in BLOCK.findall(tree.text(name)) if language in ("", tag)]


def outline(name: str) -> list[int]:
    """The levels of a document's headings, in order."""
    prose = BLOCK.sub("", tree.text(name))
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]


def tables(name: str) -> list[list[str]]:
    """The first cells of each table of a document, figures left out."""
    prose = re.sub(r"<!-- bench:begin -->.*?<!-- bench:end -->", "", BLOCK.sub("", tree.text(name)), flags=re.DOTALL)
    found: list[list[str]] = [[]]
    for line in prose.splitlines():
        if line.startswith("|"):
            found[-1].append(line.split("|")[1].strip())
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_there(name: str) -> None:
    """Every document is committed and says something."""
    assert len(tree.text(name)) > 300


def test_both_readmes_have_the_same_structure() -> None:
    """Headings come at the same levels in the same order in both languages."""
    assert outline("README.md") == outline("README.ja.md")


def test_both_readmes_show_the_same_commands() -> None:
    """Every block of commands and every plan is the same in both languages."""
    assert blocks("README.md") == blocks("README.ja.md")


def test_both_readmes_have_the_same_tables() -> None:
    """Tables have the same number of rows, and cells that are code are the same."""
    english, japanese = tables("README.md"), tables("README.ja.md")

    assert [len(table) for table in english] == [len(table) for table in japanese]
    for one, other in zip(english, japanese, strict=True):
        assert [cell for cell in one if cell.startswith("`")] == [cell for cell in other if cell.startswith("`")]


@pytest.mark.parametrize("name", READMES)
def test_a_readme_leads_with_the_two_commands(name: str) -> None:
    """The first commands of a README are the two that everything hangs on."""
    assert blocks(name, "sh")[0].split("\n")[:2] == ["bash ci/demo", "bash ci/test"]


@pytest.mark.parametrize("name", READMES)
def test_a_readme_lists_every_command(name: str) -> None:
    """The table of commands holds exactly the commands that exist."""
    listed = re.findall(r"^\| `renkei (\w+)` \|", tree.text(name), re.MULTILINE)

    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize("name", READMES)
def test_a_readme_lists_every_exit_code(name: str) -> None:
    """The table of exit codes holds exactly the codes of renkei.errors."""
    cells = [cell for table in tables(name) for cell in table if re.fullmatch(r"[\d, ]+", cell)]

    assert sorted(int(code) for cell in cells for code in cell.split(", ")) == sorted(ExitCode)


@pytest.mark.parametrize("name", READMES)
def test_a_readme_explains_every_outcome(name: str) -> None:
    """The table of outcomes holds exactly the outcomes that exist."""
    listed = {found for table in tables(name) for cell in table for found in re.findall(r"`(\w+)`", cell)}

    assert set(Outcome) <= listed


@pytest.mark.parametrize("name", READMES)
def test_a_readmes_plan_is_accepted(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan that a README shows is read without complaint once its secret is there."""
    from renkei.cli.wiring import open_plan

    monkeypatch.setenv("OURS_CLIENT_SECRET", "x" * 32)
    plan = tmp_path / "plan.toml"
    plan.write_text(blocks(name, "toml")[0], encoding="utf-8")

    assert open_plan(plan)[0].targets[0].id == "ours-031"


@pytest.mark.parametrize("name", READMES)
def test_a_readme_has_one_place_for_figures(name: str) -> None:
    """Figures stand between two marks, where ci/bench puts them, and nowhere else."""
    assert [tree.text(name).count(f"<!-- bench:{end} -->") for end in ("begin", "end")] == [1, 1]


@pytest.mark.parametrize("name", [name for name in tree.files() if name.endswith(".md")])
def test_a_documents_links_lead_somewhere(name: str) -> None:
    """Every relative link of a document leads to a file or folder of the repository."""
    folder = (tree.ROOT / name).parent
    links = [link for link in LINK.findall(BLOCK.sub("", tree.text(name))) if "://" not in link]

    assert [link for link in links if not (folder / link).exists()] == []


GROWTH = (
    "business system",
    "requirement",
    "vendor under test",
    "fault",
    "scenario",
    "report format",
    "command",
    "diagnosis",
)


@pytest.mark.parametrize("kind", GROWTH)
def test_the_price_of_growth_is_written_down(kind: str) -> None:
    """CONTRIBUTING says what each kind of new thing costs."""
    assert re.search(rf"^\| {kind} \|[^|]+\|[^|]+\|$", tree.text("CONTRIBUTING.md"), re.MULTILINE)


def test_every_script_is_documented() -> None:
    """Every script in ci/ is in the table of CONTRIBUTING, and nothing else is."""
    scripts = {name for name in tree.files() if re.fullmatch(r"ci/\w+", name)}

    assert set(re.findall(r"^\| `(ci/\w+)` \|", tree.text("CONTRIBUTING.md"), re.MULTILINE)) == scripts


def test_the_page_on_architecture_names_every_layer() -> None:
    """ARCHITECTURE.md speaks of every layer that import-linter holds apart, and fits on a page."""
    rules = tomllib.loads(tree.text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(rule["layers"] for rule in rules if rule["id"] == "layers")
    names = {name.strip("() ") for layer in layers for name in re.split("[|:]", layer)}
    page = tree.text("ARCHITECTURE.md")

    assert sorted(name for name in names if not re.search(rf"\b{name}\b", page)) == []
    assert page.count("\n") <= 100


def test_the_licence_is_whole() -> None:
    """LICENSE is the full Apache License 2.0, and NOTICE names the sources and their licence."""
    assert "END OF TERMS AND CONDITIONS" in tree.text("LICENSE")
    for word in ("デジタル庁", "共通機能標準仕様書", "PDL", "加工して作成", "出典"):
        assert word in tree.text("NOTICE")


@pytest.mark.parametrize("name", ["github-actions.yml", "gitlab-ci.yml"])
def test_a_template_for_vendors_is_valid(name: str) -> None:
    """A template is YAML, calls ci/vendor, and holds no secret."""
    text = tree.text(f"ci/templates/{name}")

    assert yaml.safe_load(text)
    assert '"$RENKEI_HOME/ci/vendor" plan.toml' in text


def shown() -> list[str]:
    """Every call of renkei that the READMEs show."""
    lines = {line for name in READMES for block in blocks(name, "sh") for line in block.splitlines()}
    return sorted(line for line in lines if line.startswith("renkei "))


@pytest.mark.parametrize("line", shown())
def test_a_command_that_is_shown_is_understood(line: str) -> None:
    """The command line takes every call of a README as it stands there."""
    from renkei.cli.main import _parser

    arguments = shlex.split(line)[1:]

    assert _parser(arguments, "en").parse_args(arguments).command == arguments[0]
