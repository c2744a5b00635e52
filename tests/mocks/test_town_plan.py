"""The plan of the whole municipality against the tables and the mock that it is meant for."""

import csv
import tomllib
from pathlib import Path

from mocks import client, vendor
from mocks.fault import Faults

ROOT = Path(__file__).resolve().parents[2]
PLAN = tomllib.loads((ROOT / "plans" / "town.toml").read_text(encoding="utf-8"))


def test_every_system_is_there_once_as_provider() -> None:
    """One target for each folder of the contracts, at one place; 031 over REST as well."""
    systems = [target["system"] for target in PLAN["target"]]

    assert systems == sorted(path.name[:3] for path in (ROOT / "contracts").glob("[0-9]*_*"))
    assert all(target["roles"] == ["provider"] for target in PLAN["target"])
    assert {target["files"]["url"] for target in PLAN["target"]} == {"file:town/place"}
    assert [target["system"] for target in PLAN["target"] if "rest" in target] == ["031"]


def test_every_option_of_a_linkage_is_claimed() -> None:
    """No linkage is left out for want of a claim."""
    claimed = {name for target in PLAN["target"] for name in target.get("claims", {}).get("optional", ())}
    options = set()
    for path in (ROOT / "contracts").glob("*/linkages.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            options |= {row["option"] for row in csv.DictReader(file)} - {""}

    assert options <= claimed


def test_the_clients_and_the_product_are_those_of_the_mock() -> None:
    """alpha with seed 1 registers the clients that the plan names, and is the product that it names."""
    alpha = vendor.load("alpha")
    [rest] = [target["rest"] for target in PLAN["target"] if "rest" in target]
    clients = client.derive("alpha", 1, alpha.style.auth_methods, Faults())

    assert [rest["client_id"], rest["second_client_id"]] == [one.client_id for one in clients]
    assert {(one["product"], one["version"]) for one in PLAN["target"]} == {(alpha.product, alpha.version)}
