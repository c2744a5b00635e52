"""The table of proofs: what ci/selftest showed last, from the files that it leaves beside itself."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

CI = Path(__file__).resolve().parent
HEADS = {"en": ("proof", "shown", "goal", "met", "command"), "ja": ("証明", "結果", "目標", "達成", "コマンド")}
MET = {"en": {True: "yes", False: "**no**"}, "ja": {True: "はい", False: "**いいえ**"}}
Row = tuple[str, str, str, str, bool]


def _planted(english: str, japanese: str, least: int = 1) -> Callable[[Mapping[str, Any]], list[Row]]:
    """Reads a proof that tries planted faults one by one."""

    def read(found: Mapping[str, Any]) -> list[Row]:
        killed, faults = found["killed"], found["faults"]
        shown = f"{killed} of {faults}; {len(found['proven'])} requirements proven"
        return [(english, japanese, shown, f"all of ≥ {least}", killed == faults >= least)]

    return read


killrate = _planted(
    "each planted fault is caught by the requirement that it names, and nothing undeclared turns red",
    "仕込んだ欠陥が、名指しした要件で見つかり、ほかは赤くならない",
    30,
)
consumerrate = _planted("the same of systems that receive", "受け取る側のシステムについて、同上", 30)
deltarate = _planted(
    "the same of delta, the vendor written in another language", "別の言語で書かれた事業者 delta について、同上"
)
foreignrate = _planted(
    "another standard's document: each planted defect is caught by a generic requirement, nothing undeclared turns red",
    "ほかの標準の契約: 仕込んだ欠陥が汎用の要件で見つかり、ほかは赤くならない",
)


def hostile(found: Mapping[str, Any]) -> list[Row]:
    """Hostile behaviours."""
    total, survived = found["behaviours"], found["survived"]
    longest, deadline = found["longest_exchange_seconds"], found["deadline_seconds"]
    memory = found["most_memory_mb"]
    three = [row for row in found["rows"] if row["name"] == "three-operations"]
    named = bool(three) and not any(row["faults"] for row in three)
    return [
        (
            "hostile behaviours that end in the outcome they deserve, later cases still run",
            "敵対的なふるまいが、ふさわしい結果で終わり、後の項目も実行される",
            f"{survived} of {total}",
            "100 % of ≥ 60",
            survived == total >= 60 and not found["runs_wrong"],
        ),
        (
            "the longest exchange among them",
            "そのうち最長の往復",
            f"{longest} s, deadline {deadline:.0f} s",
            "≤ deadline + 2 s",
            longest <= deadline + 2,
        ),
        (
            "[good, 1 MB of `[`, always 500]: exit 1, and operation three is named",
            "［正常、`[` が 1 MB、常に 500］: 終了コード 1 で、3 番目の操作を名指しする",
            "named" if named else "not named",
            "named",
            named,
        ),
        ("the most memory among them", "そのうち最大のメモリ", f"{memory} MB", "≤ 300 MB", memory <= 300),
    ]


def crash(found: Mapping[str, Any]) -> list[Row]:
    """Kills, full disks, cut logs."""
    rows = []
    for row in found["rows"]:
        wrong = len(row["wrong"])
        text = row["fault"]
        least = 200 if "random" in text else 1
        rows.append(
            (
                f"crash: {text}",
                f"障害: {text}",
                f"{wrong} wrong of {row['hit']}",
                f"0 of ≥ {least}",
                not wrong and row["hit"] >= least,
            )
        )
    return rows


def leaks(found: Mapping[str, Any]) -> list[Row]:
    """Secrets and scripts."""
    plant, scripts, second = found["plant"], found["scripts"], found["second_look"]
    return [
        (
            "secrets in six encodings and 個人番号 planted, then looked for in every output",
            "秘密（6 通りの符号化）と個人番号を仕込み、すべての出力を探す",
            f"{plant['hits']} of {plant['planted']} found in {plant['files']} files",
            "0",
            plant["hits"] == 0,
        ),
        (
            "a run folder with a secret in it is put into quarantine",
            "秘密の残った実行フォルダーは隔離される",
            f"{second['tried'] - len(second['wrong'])} of {second['tried']}",
            "all",
            not second["wrong"],
        ),
        (
            "script payloads opened in Chromium over every page and file",
            "スクリプトを Chromium ですべてのページ・ファイルについて開く",
            f"{len(scripts['fired'])} of {scripts['payloads']} fired, {len(scripts['away'])} requests to other hosts, "
            f"{scripts['opened']} files",
            "0 of ≥ 30, 0",
            not scripts["fired"] and not scripts["away"] and scripts["payloads"] >= 30,
        ),
    ]


def determinism(found: Mapping[str, Any]) -> list[Row]:
    """Again and again."""
    return [
        (
            f"{one['vendor']}: same plan, seed and target, identical verdicts and findings",
            f"{one['vendor']}: 同じ計画・シード・対象で、判定と指摘が同一",
            f"{one['same']} of {one['runs']}",
            "20 of 20",
            one["same"] == one["runs"] >= 20,
        )
        for one in found["vendors"]
    ]


def town(found: Mapping[str, Any]) -> list[Row]:
    """Whole municipalities."""
    runs, residents = found["runs"], found["residents"]
    smoke = [one for one in runs if one["profile"] == "smoke"]
    clean = [one for one in smoke if one["verdict"] == "passed" and not one["findings"]]
    [standard] = [one for one in runs if one["profile"] == "standard"]
    systems, cases = sum(standard["systems"].values()), sum(standard["outcomes"].values())
    seconds, memory = standard["seconds"], standard["most_memory_mb"]
    rows = [
        (
            f"{systems} systems of one municipality ({residents} residents), towns of several seeds: no finding, all judged",
            f"一つの団体（住民 {residents} 人）の {systems} 業務。いくつもの乱数の町で、指摘がなく、すべて判定される",
            f"{len(clean)} of {len(smoke)}",
            "all of ≥ 5",
            len(clean) == len(smoke) >= 5,
        ),
        (
            f"the same, standard profile, {cases:,} cases: time, and memory of all processes, reports included",
            f"同上、profile は standard、{cases:,} 項目: 時間と、全プロセスのメモリ（報告書の作成を含む）",
            f"{seconds / 60:.1f} min, {memory:,} MB, {standard['findings']} findings",
            "≤ 15 min, ≤ 1,536 MB, 0",
            seconds <= 900 and memory <= 1536 and standard["exit"] == 0 and not standard["findings"],
        ),
    ]
    return rows + [_offices(one) for one in found["vendors"]]


def _offices(one: Mapping[str, Any]) -> Row:
    """A further vendor's offices on the same town."""
    planted, caught, systems = len(one["planted"]), len(one["caught"]), len(one["systems"])
    return (
        f"{one['vendor']} on the same town, {systems} systems: planted defects caught / findings / undeclared",
        f"同じ町での {one['vendor']}、{systems} 業務: 見つけた欠陥 / 指摘 / 宣言のない指摘",
        f"{caught} of {planted} / {one['findings']} / {len(one['undeclared'])}",
        "all / – / 0" if planted else "– / 0 / 0",
        caught == planted and not one["undeclared"] and bool(one["findings"]) == bool(planted),
    )


def attribution(found: Mapping[str, Any]) -> list[Row]:
    """Whom a pair's failure is put on."""
    right, decidable, open_ = found["right"], found["decidable"], found["undecidable"]
    wrong = len(found["wrong"]) + len(found["unnoticed"]) + len(found["blamed_without_fault"])
    return [
        (
            "faults planted on either side of a pair, in between and around it: the party at fault is named",
            "組のどちらか・両方・途中・周りに仕込んだ欠陥: 原因のある側を名指しする",
            f"{right} of {decidable} right, {wrong} wrong or missed; {open_} rightly called undecidable",
            "100 % of ≥ 60, 0",
            right == decidable and not wrong and found["faults"] >= 60,
        )
    ]


def journeyrate(found: Mapping[str, Any]) -> list[Row]:
    """Life events: planted faults, the whole set, and sequences where nothing is planted."""
    faults, trials, whole, seeds = found["faults"], found["trials"], found["whole"], found["seeds"]
    told, alone = found["by_journey"], found["by_model"]
    shown = {part: [row[part] for row in trials if row.get(part, {}).get("found")] for part in ("journey", "model")}
    steps, seconds = ({part: _middle(rows, name) for part, rows in shown.items()} for name in ("steps", "seconds"))
    tried, present = sum("model" in row for row in trials), found["by_this_search"]
    now = f"by the search as it is now: {present['found']} of {present['tried']}"
    clean = sum(not one["findings"] and not one["stopped"] for one in seeds)
    done = sum(one["steps"] for one in seeds)
    least = f"all of ≥ 40, ≤ {found['budget']['steps']} steps each"
    return [
        (
            "faults that only life events show: each is found by its own journey (median steps, seconds)",
            "できごとでしか分からない欠陥が、そのできごとで見つかる（中央値の段数、秒）",
            f"{told} of {faults}; {steps['journey']:.0f}, {seconds['journey']:.1f} s",
            "all of ≥ 40",
            told == faults >= 40,
        ),
        (
            "the same by the model alone, without the journeys (median steps, seconds)",
            "同じ欠陥が、台本のない順序だけで見つかる（中央値の段数、秒）",
            f"{alone} of {tried} tried; {steps['model']:.0f}, {seconds['model']:.1f} s ({now})"
            if tried
            else "**not measured**",
            least.replace("all", f"≥ 90 % of {faults}"),
            # Several searches together prove nothing of the one that people run.
            present["found"] >= 0.9 * faults and faults >= 40,
        ),
        (
            f"all {whole['journeys']} journeys on {whole['systems']} systems of {whole['vendors']} vendors without a "
            "fault: time, findings",
            f"欠陥のない {whole['vendors']} 事業者 {whole['systems']} 業務で、全 {whole['journeys']} できごと: 時間と指摘",
            f"{whole['seconds'] / 60:.1f} min, {len(whole['findings']) + len(whole['open'])} "
            f"({whole['steps']} steps, {whole['assertions']:,} assertions)",
            "≤ 10 min, 0",
            whole["seconds"] <= 600 and not whole["findings"] and not whole["open"],
        ),
        (
            "sequences that nobody wrote down, without a fault: seeds with 0 findings",
            "台本のない順序、欠陥なし: 指摘のない乱数の種",
            f"{clean} of {len(seeds)} ({done:,} steps)",
            "all of ≥ 10",
            clean == len(seeds) >= 10,
        ),
    ]


def _middle(rows: list[Mapping[str, Any]], name: str) -> float:
    return statistics.median(row[name] for row in rows) if rows else 0.0


PROOFS: dict[str, tuple[str, Callable[[Mapping[str, Any]], list[Row]]]] = {
    "killrate": ("selftest.json", killrate),
    "consumerrate": ("selftest-consumer.json", consumerrate),
    "deltarate": ("selftest-delta.json", deltarate),
    "foreignrate": ("selftest-foreign.json", foreignrate),
    "hostile": ("selftest-hostile.json", hostile),
    "crash": ("selftest-crash.json", crash),
    "leaks": ("selftest-leaks.json", leaks),
    "determinism": ("selftest-determinism.json", determinism),
    "town": ("selftest-town.json", town),
    "attribution": ("selftest-attribution.json", attribution),
    "journeyrate": ("selftest-journeys.json", journeyrate),
}


def rows() -> list[tuple[str, Row]]:
    """(proof, row) of everything that was shown."""
    found = []
    for name, (file, read) in PROOFS.items():
        if (CI / file).is_file():
            found += [(name, row) for row in read(json.loads((CI / file).read_text(encoding="utf-8")))]
    return found


def table(language: str) -> str:
    """The proofs in one language."""
    head = HEADS[language]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for name, (english, japanese, shown, goal, met) in rows():
        words = japanese if language == "ja" else english
        lines.append(f"| {words} | {shown} | {goal} | {MET[language][met]} | `ci/selftest {name}` |")
    return "\n".join(lines)
