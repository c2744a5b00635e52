"""Evidence: content-addressed, redacted, bounded, and never silently other than its name says."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from renkei import evidence
from renkei.errors import HarnessError, RunFolderError
from renkei.evidence import EvidenceStore, Look, exchange_value
from renkei.flow.exchange import Exchange, Request, Response


def redact(value: Any) -> Any:
    return json.loads(json.dumps(value).replace("s3cret", "[…]"))


def exchange(body: bytes = b'{"result": "s3cret"}', headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
    return Exchange(
        request=Request(
            method="POST",
            url="https://127.0.0.1:1/x?token=s3cret",
            headers=(("Authorization", "Bearer abc"), ("Content-Type", "application/json")),
        ),
        response=Response(status=200, headers=headers, body=body),
        seconds=1.5,
    )


def test_value_comes_back_under_its_digest(tmp_path: Path) -> None:
    """What is put comes back equal, once per value, wherever it is put from."""
    store = EvidenceStore(tmp_path / "evidence", redact)
    digest = store.put({"b": "住登外", "a": [1, None]})
    assert store.put({"a": [1, None], "b": "住登外"}) == digest
    assert store.get(digest) == {"a": [1, None], "b": "住登外"}
    assert evidence.names(tmp_path / "evidence") == (digest,)


def test_nothing_secret_is_kept(tmp_path: Path) -> None:
    """Secrets go by value, and headers outside the allow-list keep only their name."""
    store = EvidenceStore(tmp_path, redact)
    data = (tmp_path / f"{store.keep(exchange(headers=(('Set-Cookie', 'id=1'),)))}.json").read_text()
    assert "s3cret" not in data
    assert "Bearer" not in data
    assert "id=1" not in data
    assert "Set-Cookie" in data
    assert "application/json" in data


def test_time_is_no_part_of_evidence() -> None:
    """The same exchange at another speed is the same evidence."""
    assert "seconds" not in json.dumps(exchange_value(exchange()))


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"x" * 70_000, "葛\U000e0100".encode()])
def test_bodies_are_text_and_bounded(body: bytes) -> None:
    """Any bytes become text; a body over the cap says that it was cut."""
    kept = exchange_value(exchange(body))["response"]
    assert kept["bytes"] == len(body)
    assert len(kept["body"]) <= evidence.MAX_BODY
    assert kept["truncated"] == (len(body) > evidence.MAX_BODY)


def test_many_headers_are_bounded() -> None:
    """A target that answers with thousands of headers cannot fill the disk."""
    headers = tuple((f"x-{number}", "v" * 100_000) for number in range(5000))
    assert len(json.dumps(exchange_value(exchange(headers=headers)))) < 20_000


def test_oversized_item_is_cut_with_a_mark(tmp_path: Path) -> None:
    """A value over the cap is kept as its head with its size."""
    store = EvidenceStore(tmp_path, redact)
    kept = store.get(store.put({"rows": ["住" * 1000] * 1000}))
    assert kept["truncated"] is True
    assert kept["bytes"] > evidence.MAX_ITEM


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "", "Z" * 64])
def test_unknown_digest_is_refused(tmp_path: Path, digest: str) -> None:
    """A digest that is none, or has no file, is refused by name."""
    with pytest.raises(RunFolderError, match="evidence-missing"):
        EvidenceStore(tmp_path, redact).get(digest)


def test_changed_file_is_refused(tmp_path: Path) -> None:
    """A file whose bytes are not those of its name is refused."""
    store = EvidenceStore(tmp_path, redact)
    digest = store.put({"a": 1})
    (tmp_path / f"{digest}.json").write_bytes(b'{"a":2}')
    with pytest.raises(RunFolderError, match="evidence-damaged"):
        store.get(digest)


def replaced(path: Path, kind: str) -> None:
    """Something else in the place of an evidence file."""
    data = path.read_bytes()
    path.unlink()
    match kind:
        case "link":
            path.with_name("elsewhere").write_bytes(data)
            path.symlink_to("elsewhere")
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "longer":
            path.write_bytes(data + b"\n")
        case "shorter":
            path.write_bytes(data[:-1])
        case "empty":
            path.touch()
        case "huge":
            path.write_bytes(data + b" " * evidence.MAX_ITEM)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("absent", "evidence-missing"),
        ("link", "evidence-missing"),
        ("folder", "evidence-missing"),
        ("pipe", "evidence-missing"),
        ("longer", "evidence-damaged"),
        ("shorter", "evidence-damaged"),
        ("empty", "evidence-damaged"),
        ("huge", "evidence-damaged"),
    ],
)
def test_whatever_lies_in_the_place_of_one_of_many_is_refused(tmp_path: Path, kind: str, code: str) -> None:
    """Looked at one by one or all together: only a plain file with the bytes of its name is taken."""
    store = EvidenceStore(tmp_path, redact)
    digests = sorted(store.put({"a": number}) for number in range(5))
    evidence.check(tmp_path, digests)
    replaced(tmp_path / f"{digests[3]}.json", kind)
    with pytest.raises(RunFolderError, match=code):
        evidence.check(tmp_path, digests)
    with pytest.raises(RunFolderError, match=code):
        store.get(digests[3])


def looked(folder: Path, many: int) -> tuple[str, ...] | str:
    """What a look at a folder gives: its digests, or the refusal."""
    try:
        with Look(folder, many) as look:
            found = evidence.names(folder)
            look.check(found)
            return found
    except RunFolderError as error:
        return error.code


@pytest.mark.parametrize("many", [0, 100])
@pytest.mark.parametrize("kind", ["", "link", "longer", "empty"])
def test_a_process_beside_finds_what_is_found_here(tmp_path: Path, many: int, kind: str) -> None:
    """Large folders and small ones are looked at with the same result."""
    store = EvidenceStore(tmp_path, redact)
    digests = sorted(store.put({"a": number}) for number in range(5))
    if kind:
        replaced(tmp_path / f"{digests[3]}.json", kind)
        (tmp_path / "elsewhere").unlink(missing_ok=True)
    refusal = "evidence-missing" if kind == "link" else "evidence-damaged"
    assert looked(tmp_path, many) == (refusal if kind else tuple(digests))


def test_a_file_that_comes_after_the_process_beside_began_is_looked_at_too(tmp_path: Path) -> None:
    """Only what it named itself counts as looked at."""
    store = EvidenceStore(tmp_path, redact)
    first = store.put({"a": 1})
    with Look(tmp_path, 0) as look:
        helper = look._helper
        assert helper is not None
        assert helper.wait(60) == 0
        (tmp_path / f"{'0' * 64}.json").write_bytes(b"{}")
        with pytest.raises(RunFolderError, match="evidence-damaged"):
            look.check(evidence.names(tmp_path))
        look.check([first])


@pytest.mark.parametrize("how", ["killed", "not started"])
def test_without_the_process_beside_everything_is_looked_at_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """A process that ended early, or never began, proves nothing."""
    store = EvidenceStore(tmp_path, redact)
    digest = store.put({"a": 1})
    (tmp_path / f"{digest}.json").write_bytes(b"{}")
    if how == "not started":
        monkeypatch.setattr(sys, "executable", "/nowhere")
    with Look(tmp_path, 0) as look:
        if look._helper is not None:
            look._helper.kill()
        with pytest.raises(RunFolderError, match="evidence-damaged"):
            look.check([digest])


def test_nothing_of_the_current_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who checks a stranger's folder from within it runs no program of the stranger."""
    folder = tmp_path / "evidence"
    store = EvidenceStore(folder, redact)
    digest = store.put({"a": 1})
    for name in ("hashlib", "renkei", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    with Look(Path("evidence"), 0) as look:
        assert look._helper is not None
        assert look._helper.wait(60) == 0
        look.check([digest])
    assert not (tmp_path / "ran").exists()


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file was said to measure is no limit: the digest is of all that it holds."""
    store = EvidenceStore(tmp_path, redact)
    digest = store.put({"a": "x" * 5000})
    fstat = os.fstat

    def smaller(descriptor: int) -> Any:
        status = list(fstat(descriptor))
        status[6] = 10
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", smaller)
    assert store.get(digest) == {"a": "x" * 5000}


def test_foreign_file_is_refused(tmp_path: Path) -> None:
    """An evidence folder holds evidence only."""
    EvidenceStore(tmp_path, redact).put({"a": 1})
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(RunFolderError, match="evidence-foreign"):
        evidence.names(tmp_path)


def test_manifest_changes_with_every_file() -> None:
    """Added, dropped and swapped files change the manifest; order does not."""
    one, two, three = "1" * 64, "2" * 64, "3" * 64
    assert evidence.manifest([one, two]) == evidence.manifest([two, one])
    assert len({evidence.manifest(names) for names in ([], [one], [one, two], [one, three])}) == 4


def test_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is our fault by name and leaves no half file."""
    store = EvidenceStore(tmp_path / "e", redact)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(HarnessError, match="file-unwritable"):
        store.put({"a": 1})
    assert list(tmp_path.rglob("*")) == [tmp_path / "e"]
