"""The page of a run speaks plainly, hides nothing, and is closed against whatever a target sends."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_pairs import PEOPLE, make
from sample_run import FILE, FUBAN, HOSTILE, SHOKAI, Sample, bundle, decisions, header, record

from renkei.catalogue import Catalogue
from renkei.events import CasePlanned, RunFinished
from renkei.flow.outcome import Outcome
from renkei.flow.verdict import Verdict
from renkei.record import RunRecord, fold
from renkei.runlog import read_log
from renkei.web.index import write_index
from renkei.web.standing import State, state_of, worst_state

VOID = {"meta", "link", "br", "img", "input", "hr", "rect", "circle"}


class Page(HTMLParser):
    """Tags, attributes and text of a page; unbalanced tags are an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the closed tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Check that it closes the last one."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        if self.open and self.open[-1] != "style":
            self.words += data


def page(folder: Path, text: str = "", run: RunRecord | None = None, name: str = "index.html") -> Page:
    """The page of the sample run."""
    write_index(run or record(folder, text), bundle(), folder, decisions(), "ja", shown_as="reports/sample")
    return Page((folder / name).read_text("utf-8"))


def test_the_answer_stands_on_top_for_each_vendor(tmp_path: Path) -> None:
    """Alpha may be connected, beta must wait, gamma cannot be decided; each in these words, in this order."""
    words = page(tmp_path).words

    headlines = re.findall(
        "接続してよい|まだ接続できない|判定できない",
        words[: words.index("くわしい資料") if "くわしい資料" in words else None],
    )

    assert list(dict.fromkeys(headlines)) == ["接続してよい", "まだ接続できない", "判定できない"]


def test_a_defect_is_told_with_clause_turn_meaning_and_command(tmp_path: Path) -> None:
    """A clerk reads what is wrong, by which clause, whose turn it is, what it means, and how to show it again."""
    words = page(tmp_path).words

    for expected in (
        "期限の切れたアクセストークンを受け付けない",
        "共通機能標準仕様書 2.1 別紙5 §4.3",
        "提供側の事業者",
        "そのまま住民の情報を見続けられる",
        "renkei replay reports/sample F-",
    ):
        assert expected in words


def test_what_is_to_be_corrected_is_counted_as_it_is_listed(tmp_path: Path) -> None:
    """The number on top is that of the list below it: a requirement counts once; on how many linkages is told besides."""
    run = broken_on(tmp_path, {"TR-01": (FUBAN, SHOKAI), "FD-05": (FUBAN,)})
    words = " ".join(page(tmp_path, run=run).words.split())
    english = " ".join(Page((tmp_path / "index.en.html").read_text("utf-8")).words.split())

    assert "直すところ 2 件（連携ごとに数えると 3 か所） 外字・異体字を変えずに保存する" in words
    assert "To be corrected: 2 (3 when counted linkage by linkage) Title of FD-05" in english


def test_linkages_are_not_counted_where_they_add_nothing(tmp_path: Path) -> None:
    """Requirements that are broken on one linkage each are counted in one way only."""
    words = page(tmp_path, run=broken_on(tmp_path, {"TR-01": (SHOKAI,), "FD-05": (FUBAN,)})).words

    assert "直すところ 2 件" in words
    assert "か所" not in words


def broken_on(folder: Path, linkages: dict[str, tuple[str, ...]]) -> RunRecord:
    """A run of one target that breaks these requirements on these linkages."""
    sample = Sample(folder)
    begun = header(sample, ("alpha",))
    target = begun.targets[0]["id"]
    sample.events.append(replace(begun, targets=begun.targets[:1]))
    for requirement, names in linkages.items():
        for linkage in names:
            impact = "corrupts_data" if requirement == "FD-05" else "degrades"
            planned = CasePlanned(case=f"{target}/provider/{linkage}/{requirement}", target=target, role="provider",
                                  linkage=linkage, requirement=requirement, level="必須", impact=impact,
                                  tests=(f"suites/provider/test_sample.py::test_{requirement.lower().replace('-', '_')}",))  # fmt: skip
            sample.case(planned, Outcome.FAILED)
    sample.events.append(RunFinished(finished="2026-11-22T09:04:10+09:00", state="finished", counts={}))
    return fold(sample.events)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.PASSED])
def test_every_outcome_but_a_pass_is_named_with_its_meaning(tmp_path: Path, outcome: Outcome) -> None:
    """What was not tested or not decided is as visible as what was, and the word is explained."""
    words = page(tmp_path).words

    assert Catalogue("ja").text(f"short.{outcome}") in words
    assert Catalogue("ja").text(f"pages.word-{outcome}") in words


def test_open_points_stand_side_by_side(tmp_path: Path) -> None:
    """Where the standard is open, each vendor's behaviour is shown and nobody is judged."""
    words = page(tmp_path).words

    assert "C11 同じ内容で二回付番したとき" in words
    assert words.count("二つの番号") == 3


def test_both_languages_are_written_and_linked(tmp_path: Path) -> None:
    """The Japanese and the English page lead to each other and say their language."""
    japanese = page(tmp_path)
    english = Page((tmp_path / "index.en.html").read_text("utf-8"))

    assert ("html", {"lang": "ja"}) in japanese.tags
    assert ("html", {"lang": "en"}) in english.tags
    assert "index.en.html" in {attributes.get("href") for tag, attributes in japanese.tags if tag == "a"}
    assert "Must not be connected yet" in english.words


def test_documents_are_linked_only_when_they_lie_there(tmp_path: Path) -> None:
    """Links lead to files of the run folder that exist."""
    (tmp_path / "junit.xml").touch()

    links = {attributes.get("href") for tag, attributes in page(tmp_path).tags if tag == "a"}

    assert "junit.xml" in links
    assert "verdicts.json" not in links


def test_the_page_runs_nothing_and_loads_nothing(tmp_path: Path) -> None:
    """There is no script, no handler, no address outside the run folder, and the policy forbids them all."""
    shown = page(tmp_path, HOSTILE)

    assert "script" not in {tag for tag, _ in shown.tags}
    attributes = [(name, value or "") for _, pairs in shown.tags for name, value in pairs.items()]
    assert not [name for name, _ in attributes if name.startswith("on")]
    addresses = [value for name, value in attributes if name in ("href", "src", "action", "data")]
    assert [value for value in addresses if re.match(r"(?i)\s*(?:[a-z]+:|//)", value) and value != "data:,"] == []
    assert {
        "http-equiv": "Content-Security-Policy",
        "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    } in [pairs for tag, pairs in shown.tags if tag == "meta"]


def test_hostile_text_is_shown_and_the_page_stays_whole(tmp_path: Path) -> None:
    """A target's markup appears as text, its steering characters as code points, and every tag is still closed."""
    shown = page(tmp_path, HOSTILE)

    assert "<script>window.FIRED=1</script>" in shown.words
    assert r"\u{1B}[31m\u{202E}" in shown.words
    assert shown.open == []


def test_a_truncated_run_connects_nobody(tmp_path: Path) -> None:
    """Without its footer a run says that it must not be used, and nobody may be connected."""
    run = record(tmp_path)
    cut = RunRecord(header=run.header, probes=run.probes, results=run.results, workers=run.workers, footer=None)

    words = page(tmp_path, run=cut).words

    assert "最後まで終わっていません" in words
    assert "接続してよい" not in words[: words.index("全体のようす")].replace("接続してよいかが分かります", "")


@given(verdict=st.sampled_from(Verdict), decision=st.sampled_from(["certified", "conditional", "not_certified", "odd"]))
def test_only_a_pass_and_a_certificate_connect(verdict: Verdict, decision: str) -> None:
    """The answer is yes only for a finished run with a pass that was certified."""
    state = state_of(verdict, {"decision": decision}, finished=True)

    assert (state is State.YES) == (verdict is Verdict.PASSED and decision == "certified")
    assert state_of(verdict, {"decision": decision}, finished=False) in (State.UNKNOWN, State.NO)


@given(st.lists(st.sampled_from(State), min_size=1), st.sampled_from(State))
def test_one_more_target_never_improves_a_vendor(states: list[State], added: State) -> None:
    """A vendor stands where its worst target stands."""
    order = list(State)

    assert order.index(worst_state([*states, added])) >= order.index(worst_state(states))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_first_page_is_in_the_plans_language(tmp_path: Path, language: str) -> None:
    """index.html is Japanese for a Japanese plan, whichever is asked for."""
    written = write_index(record(tmp_path), bundle(), tmp_path, decisions(), language)

    assert ("html", {"lang": "ja"}) in Page((tmp_path / "index.html").read_text("utf-8")).tags
    assert ("html", {"lang": language}) in Page(written.read_text("utf-8")).tags


def municipality(folder: Path, count: int) -> RunRecord:
    """A run of one vendor with so many targets of 001: all pass but the last, of which one requirement is undecided."""
    sample = Sample(folder)
    names = [f"alpha-{number}" for number in range(count)]
    given = {"vendor": "alpha", "product": "Alpha", "version": "1", "system": "001"}
    begun = replace(header(sample, ("alpha",)), targets=tuple({"id": name, **given} for name in names))
    sample.events.append(begun)
    for name in names:
        planned = CasePlanned(case=f"{name}/provider/{FILE}/ST-04", target=name, role="provider", linkage=FILE,
                              requirement="ST-04", level="必須", impact="degrades", tests=("suites/provider/test_sample.py::test_st_04",))  # fmt: skip
        sample.case(planned, Outcome.INCONCLUSIVE if name == names[-1] else Outcome.PASSED)
    sample.events.append(RunFinished(finished=begun.started, state="finished", counts={}))
    return fold(sample.events)


def test_of_many_targets_the_worst_stand_first_below_their_sum(tmp_path: Path) -> None:
    """Seven systems: the sums by standing, the open one on top, figures folded away, its reason with system and linkage."""
    words = page(tmp_path, run=municipality(tmp_path, 7)).words

    assert "試験した 7 業務" in words
    assert words.index("判定できない 1") < words.index("試験は適合（決定待ち） 6")
    assert "数字で見る（7 業務）" in words
    assert "住民情報（個人番号あり）" in words[words.index("判定できなかったところ 1 件") :]


def test_one_reason_of_many_targets_is_one_row(tmp_path: Path) -> None:
    """What was not tested for one reason is one row, however many systems it concerns."""
    text = write_index(record(tmp_path), bundle(), tmp_path, decisions(), "ja", shown_as="x").read_text("utf-8")
    part = text[text.index('id="not-tested"') : text.index('id="ambiguities"')]
    reasons = re.findall(r'<td class="outcome[^>]*>([^<]*)</td><td>([^<]*)</td>', part)

    assert reasons
    assert len(reasons) == len(set(reasons))


def test_what_was_not_tested_of_a_pair_is_told_under_its_providers_system(tmp_path: Path) -> None:
    """Pairs that were blocked, undecided or exempt stand in the table of what is open, like the cases of one target."""
    make(tmp_path / "run")
    run = fold(read_log(tmp_path / "run" / "run.jsonl"))
    left = [one for one in run.results if one.planned.role == "pair" and one.outcome is Outcome.BLOCKED]
    words = page(tmp_path, run=run).words
    part = words[words.index("試験しなかったこと") :]

    assert {one.planned.linkage for one in left} == {PEOPLE}
    assert re.search("試験できず提供側とつながらない[^。]*。001 住民基本台帳\\n2PR-01、PR-02", part)
