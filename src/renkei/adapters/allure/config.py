"""The configuration module handed to the Allure 3 command line: vendors as environments, categories, Japanese."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from renkei.catalogue import Catalogue
from renkei.flow.outcome import FaultOf, Outcome

MAX_NAME = 64
HISTORY_LIMIT = 20

_SCRIPT = """const settings = {settings};
const is = (vendor) => ({{ labels }}) => labels.some(({{ name, value }}) => name === "vendor" && value === vendor);
const environments = Object.fromEntries(
  settings.vendors.map(([id, name, vendor]) => [id, {{ name, matcher: is(vendor) }}]),
);
export default {{ ...settings.config, environments }};
"""


def vendors_of(results: Path) -> list[str]:
    """The vendors that the result files name, in order."""
    names: set[str] = set()
    for path in results.glob("*-result.json"):
        labels = json.loads(path.read_text("utf-8")).get("labels", [])
        names.update(label["value"] for label in labels if label.get("name") == "vendor")
    return sorted(names)


def config_script(vendors: list[str], out: Path, history: Path | None, catalogue: Catalogue, title: str) -> str:
    """The text of ``allurerc.mjs``; everything in it is a JSON value, so no name can become code."""
    config: dict[str, Any] = {
        "name": title,
        "output": str(out),
        "categories": {"rules": _categories(catalogue)},
        "plugins": {"awesome": {"options": _options(catalogue, title)}},
    }
    if history is not None:
        config |= {"historyPath": str(history), "historyLimit": HISTORY_LIMIT, "appendHistory": True}
    names = [[_identifier(vendor, index), _name(vendor, index), vendor] for index, vendor in enumerate(vendors)]
    return _SCRIPT.format(settings=json.dumps({"config": config, "vendors": names}))


def _identifier(vendor: str, index: int) -> str:
    return vendor if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", vendor) and vendor != "default" else f"vendor-{index + 1}"


def _name(vendor: str, index: int) -> str:
    name = re.sub(r"[/\\\x00-\x1f\x7f-\x9f]", " ", vendor).strip()[:MAX_NAME].strip()
    return name if name.strip(". ") else f"vendor-{index + 1}"


def _options(catalogue: Catalogue, title: str) -> dict[str, Any]:
    return {
        "reportName": title,
        "reportLanguage": catalogue.language,
        "singleFile": True,
        "theme": "light",
        "groupBy": ["epic", "feature"],
        "sections": ["charts"],
        "charts": _charts(catalogue),
    }


def _charts(catalogue: Catalogue) -> list[dict[str, Any]]:
    statuses = ["passed", "failed", "broken", "skipped"]
    return [
        {"type": "currentStatus", "title": catalogue.text("allure.chart-status"), "statuses": statuses},
        {"type": "statusDynamics", "title": catalogue.text("allure.chart-history"), "statuses": statuses},
        {
            "type": "testResultSeverities",
            "title": catalogue.text("allure.chart-severity"),
            "levels": ["blocker", "critical", "normal", "minor", "trivial"],
            "statuses": statuses,
        },
        {"type": "problemsDistribution", "by": "environment", "title": catalogue.text("allure.chart-environment")},
        {
            "type": "stabilityDistribution",
            "title": catalogue.text("allure.chart-feature"),
            "skipStatuses": ["skipped", "unknown"],
            "threshold": 100,
            "groupBy": "feature",
        },
    ]


def _categories(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Failures by party first, then every other outcome that is no pass; the first rule that fits counts."""
    rules = [
        _rule(
            f"failed-{party}",
            catalogue.text(
                "allure.category-fault",
                outcome=catalogue.text("outcomes.failed"),
                party=catalogue.text(f"parties.{party}"),
            ),
            {"outcome": "^failed$", "fault_of": f"^{party}$"},
        )
        for party in FaultOf
    ]
    others = [outcome for outcome in Outcome if outcome is not Outcome.PASSED]
    return rules + [_rule(o, catalogue.text(f"outcomes.{o}"), {"outcome": f"^{o}$"}) for o in others]


def _rule(identifier: str, name: str, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "id": str(identifier),
        "name": name,
        "matchers": {"labels": labels},
        "expand": True,
        "groupByMessage": False,
    }
