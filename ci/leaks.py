"""Secrets, personal numbers and scripts that a vendor plants in everything it says: none may come out of a run.

Run by ``ci/selftest``.

1. A vendor echoes 12 secrets in 6 encodings each, and 1,000 valid 個人番号 (plain, full-width, hyphenated, spaced), in
   bodies, member names, headers, file names and cells. Every file of the run folder is read as it is, unpacked (gzip) and with
   every Base64 run decoded, and searched for each of them.
2. The second look of a run finds what was planted behind the redactor's back, and takes the run out of circulation.
3. Over 30 script payloads go through every field that a vendor controls; Chromium opens every page and file of the run
   folder: nothing may run, and no other host may be asked.

Writes ci/selftest-leaks.json.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import gzip
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "hostile"))

import hostile_run as hostile
from file_traps import LINKAGE, announce, first
from payloads import PAYLOADS
from report_browser import canary, open_all
from trap import TOKEN_PATH, Answer, Call, Peer, Trap

from renkei.personalnumber import check_digit

RESULT = ROOT / "ci" / "selftest-leaks.json"
ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": lambda text: text,
    "url": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "json": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "html": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "hex": lambda text: text.encode().hex(),
}
WRITINGS: tuple[Callable[[str], str], ...] = (
    lambda digits: digits,
    lambda digits: digits.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    lambda digits: f"{digits[:4]}-{digits[4:8]}-{digits[8:]}",
    lambda digits: f"{digits[:4]} {digits[4:8]} {digits[8:]}",
)
ONLY = ("TR-04", "TR-05", "TR-06", "TR-10", "SC-06", "AU-04", "FL-01", "FL-02", "FL-05", "FL-07")
LONG_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")


def numbers(count: int, seed: int = 7) -> list[str]:
    """Valid 個人番号 that are not of the reserved range."""
    chance, found = random.Random(seed), set()
    while len(found) < count:
        digits = (
            str(chance.randrange(10**10, 9 * 10**10))
            if chance.random() < 0.9
            else f"0{chance.randrange(10**9, 10**10)}"
        )
        if not digits.startswith("99999"):
            found.add(digits + str(check_digit(digits)))
    return sorted(found)


class Echo:
    """A vendor that says what it should not, in every place that it can say anything."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.turn = 0
        self.lock = threading.Lock()

    def some(self, count: int) -> list[str]:
        """The next words, round and round."""
        with self.lock:
            found = [self.words[(self.turn + index) % len(self.words)] for index in range(count)]
            self.turn += count
        return found

    def spoil(self, call: Call) -> None:
        """The conforming answer with words in each of its places; the token itself stays usable."""
        good = call.good()
        try:
            body = json.loads(good.body)
        except ValueError:
            body = {}
        if call.asked.path.startswith(TOKEN_PATH):
            body |= {"token_type": self.some(1)[0], "note": self.some(40), "error_description": " ".join(self.some(20))}
        else:
            texts = self.some(4)
            body["detail"], body["title"] = " ".join(texts), texts[0]
            if isinstance(body.get("metadata"), dict):
                body["metadata"] |= {"detail": " ".join(self.some(4)), "title": self.some(1)[0]}
            body |= {word: word for word in self.some(10)} | {
                "echo": self.some(40),
                "deep": {"a": [{"b": self.some(10)}]},
            }
            authorization = call.asked.headers.get("authorization", "")
            body["your-token"] = [make(authorization.removeprefix("Bearer ")) for make in ENCODINGS.values()]
        safe = [one.encode("ascii", "backslashreplace").decode().replace("\n", " ") for one in self.some(6)]
        headers = (
            ("Content-Type", f"application/json;charset=UTF-8;x={safe[0]}"), ("Location", f"/x?{safe[1]}"), ("ETag", safe[2]),
            ("Link", safe[3]), ("Warning", safe[4]), (f"X-{re.sub('[^A-Za-z0-9]', '', safe[5])[:60]}", safe[5]), ("Set-Cookie", safe[1]),
        )  # fmt: skip
        data = json.dumps(body, ensure_ascii=bool(self.turn % 2)).encode("utf-8", "surrogatepass")
        call.say(Answer(status=good.status, headers=headers, body=data).wire())

    def files(self, good: Path, place: Path) -> None:
        """A place of files whose names, header and cells are such words."""
        shutil.copytree(good / LINKAGE, place / LINKAGE)
        path = first(place / LINKAGE)
        lines = path.read_text("utf-8").split("\r\n")
        for index in range(1, len(lines) - 1):
            cells = lines[index].split(",")
            lines[index] = ",".join('"' + word.replace('"', '""') + '"' for word in self.some(len(cells)))
        path.write_text("\r\n".join(lines), "utf-8", newline="")
        announce(path, created=self.some(1)[0], linkage=self.some(1)[0])
        for word in self.some(12):
            name = re.sub(r"[/\x00]", "_", word)[:60] + ".csv"
            with contextlib.suppress(OSError):
                (place / LINKAGE / name).write_text(word, "utf-8")


def leak_run(place: hostile.World, folder: Path, words: list[str], *, report: bool) -> Path:
    """A run against two vendors that echo those words: one of interfaces, one of files."""
    echo = Echo(words)
    peers = [
        Peer(Trap(name=name, act=echo.spoil, on=on), place.upstream)
        for name, on in (("all", "always"), ("token", "token"))
    ]
    echo.files(place.folder / "mocks" / "alpha" / "place", folder / "place")
    blocks = [hostile.rest_target(place, f"echo-{peer.trap.name}", peer.url) for peer in peers]
    blocks.append(hostile.file_target("echo-files", (folder / "place").as_uri()))
    secrets = [(folder / f"planted-{n}.secret") for n in range(len(planted()))]
    for path, secret in zip(secrets, planted().values(), strict=True):
        path.write_text(secret)
    # a target that is never reached makes the planted secrets secrets of this plan
    pairs = [secrets[n : n + 2] for n in range(0, len(secrets), 2)]
    blocks += [unreached(number, *pair) for number, pair in enumerate(pairs)]
    plan = folder / "plan.toml"
    head = f'[plan]\nname = "leaks"\nmunicipality = "{place.ready["municipality"]}"\nseed = 1\n\n'
    plan.write_text(head + "\n".join(blocks))
    command = [
        sys.executable,
        "-m",
        "renkei.cli.main",
        "run",
        str(plan),
        "--out",
        str(folder / "run"),
        "--profile",
        "smoke",
    ]
    command += [word for one in ONLY for word in ("--only", one)] + ([] if report else ["--no-report"])
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=900)
    for peer in peers:
        peer.stop()
    (folder / "said.txt").write_text(done.stdout + done.stderr)
    if echo.turn < len(words):
        raise SystemExit(f"only {echo.turn} of {len(words)} words were said")
    if done.returncode != 1:
        raise SystemExit(f"the run ended with {done.returncode}: {done.stderr[-600:]}")
    return folder / "run"


def planted() -> dict[str, str]:
    """Twelve secrets of the kinds that people use."""
    chance = random.Random(12)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    made = {f"key-{n}": "".join(chance.choices(letters, k=20 + n)) for n in range(8)}
    signs = {"signs": "p@ss/w+rd=&%20<ok>", "uuid": "6d6e1b1c-9f3e-4f0e-8a57-0b8f9d3a2c11", "japanese": "秘密の合言葉は内緒です", "hex": "9f86d081884c7d659a2feaa0c55ad015"}  # fmt: skip
    return made | signs


def unreached(number: int, first_secret: Path, second_secret: Path) -> str:
    """A target where nobody answers, with two of the planted secrets."""
    return (
        f'[[target]]\nid = "silent-{number}"\nvendor = "v"\nproduct = "p"\nversion = "{number}"\nsystem = "031"\nroles = ["provider"]\n'
        f'[target.rest]\nbase_url = "http://127.0.0.{10 + number}:9"\ntoken_url = "http://127.0.0.{10 + number}:9/oauth2/token"\n'
        f'client_id = "c"\nclient_secret = {{file = "{first_secret}"}}\n'
        f'second_client_id = "d"\nsecond_client_secret = {{file = "{second_secret}"}}\n'
    )


def texts(path: Path) -> Iterator[bytes]:
    """Everything that a file says: as it is, unpacked, with Base64 decoded, and that once more."""
    pending = [(path.read_bytes(), 0), (path.name.encode("utf-8", "surrogateescape"), 3)]
    while pending:
        data, depth = pending.pop()
        yield data
        if depth > 2:
            continue
        if data[:2] == b"\x1f\x8b":
            with contextlib.suppress(OSError, EOFError):
                pending.append((gzip.decompress(data), depth + 1))
        decoded = []
        for match in LONG_BASE64.finditer(data):
            if len(match[0]) < 40 and depth:
                continue
            with contextlib.suppress(ValueError):
                decoded.append(base64.b64decode(match[0].replace(b"-", b"+").replace(b"_", b"/") + b"=="))
        if decoded:
            pending.append((b"\n".join(decoded), depth + 1 if depth else 2))


def search(run: Path, needles: dict[str, str]) -> tuple[list[str], int, int]:
    """What of the needles is found where; and how many files and bytes were read."""
    found: list[str] = []
    files = size = 0
    pattern = re.compile(
        "|".join(re.escape(needle) for needle in sorted(needles.values(), key=len, reverse=True)).encode()
    )
    names = {needle: name for name, needle in needles.items()}
    for path in sorted(run.rglob("*")):
        if not path.is_file():
            continue
        files += 1
        for data in texts(path):
            size += len(data)
            for match in pattern.finditer(data):
                found.append(f"{path.relative_to(run)}: {names[match[0].decode()]}")
                if len(found) > 200:
                    return found, files, size
    return found, files, size


def needles(people: list[str]) -> dict[str, str]:
    """Every form that was planted, by what it is."""
    made = {f"{name} as {how}": make(secret) for name, secret in planted().items() for how, make in ENCODINGS.items()}
    made |= {f"{name} as {how}, once more in JSON": json.dumps(make(secret))[1:-1] for name, secret in planted().items() for how, make in ENCODINGS.items()}  # fmt: skip
    return made | {
        f"個人番号 {number} in form {n}": write(number) for number in people for n, write in enumerate(WRITINGS)
    }


def plant(place: hostile.World, count: int) -> dict[str, Any]:
    """Part 1: echo everything, then search everything."""
    folder = place.folder / "plant"
    folder.mkdir()
    people = numbers(count)
    words = [make(secret) for secret in planted().values() for make in ENCODINGS.values()]
    words += [WRITINGS[index % len(WRITINGS)](number) for index, number in enumerate(people)]
    random.Random(3).shuffle(words)
    control(folder / "control")
    run = leak_run(place, folder, words, report=count >= 1000)
    found, files, size = search(run, needles(people))
    return {"planted": len(words), "files": files, "bytes": size, "found": found[:20], "hits": len(found)}


def control(folder: Path) -> None:
    """A search that finds nothing proves nothing unless it finds what is there: raw, packed, and in Base64 within Base64."""
    folder.mkdir()
    secret, twice = next(iter(planted().values())), b"words before and after "
    for _ in range(2):
        twice = base64.b64encode(twice + secret.encode() + b" and after that some more")
    (folder / "raw").write_text(secret)
    (folder / "packed").write_bytes(gzip.compress(secret.encode()))
    (folder / "page.html").write_bytes(b"<script>d('a','" + twice + b"')</script>")
    found = {line.partition(":")[0] for line in search(folder, needles([]))[0]}
    if found != {"raw", "packed", "page.html"}:
        raise SystemExit(f"the search is blind: it found {found}")


def second_look(place: hostile.World) -> dict[str, Any]:
    """Part 2: what slips past the redactor is found afterwards, and the run is taken out of circulation."""
    folder = place.folder / "second"
    folder.mkdir()
    (folder / "a.secret").write_text("the-secret-behind-the-back-0123456789")
    plan = folder / "plan.toml"
    head = f'[plan]\nname = "second"\nmunicipality = "{place.ready["municipality"]}"\nseed = 1\n\n'
    plan.write_text(head + unreached(0, folder / "a.secret", folder / "a.secret"))
    kinds = {"secret": "the-secret-behind-the-back-0123456789", "個人番号": numbers(1)[0]}
    wrong = []
    for kind, value in kinds.items():
        out = folder / f"run-{kind}"
        (out / "logs").mkdir(parents=True)
        (out / "logs" / "silent-0.log").write_text(f"x {value} y")
        command = [
            sys.executable,
            "-m",
            "renkei.cli.main",
            "run",
            str(plan),
            "--out",
            str(out),
            "--no-report",
            "--only",
            "TR-04",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)
        aside = out.with_name(out.name + ".quarantined")
        if (
            done.returncode != 4
            or out.exists()
            or not (aside / "run.jsonl.quarantined").exists()
            or value in done.stderr
        ):
            wrong.append(f"{kind}: exit {done.returncode} {done.stderr[-300:]}")
        verify = [sys.executable, "-m", "renkei.cli.main", "certify", str(aside)]
        if subprocess.run(verify, capture_output=True, check=False, cwd=ROOT, timeout=120).returncode == 0:
            wrong.append(f"{kind}: certified")
    return {"tried": len(kinds), "wrong": wrong}


def scripts(place: hostile.World) -> dict[str, Any]:
    """Part 3: payloads in every field, and a browser that opens everything."""
    folder = place.folder / "scripts"
    folder.mkdir()
    hits: list[str] = []
    with canary(hits) as address:
        words = [payload.replace("CANARY", address) for payload in PAYLOADS]
        found = open_all(leak_run(place, folder, words, report=True), folder / "chromium")
    return {"payloads": len(PAYLOADS), **found, "canary": hits[:20]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant, look, open; exit 1 when anything came out, ran or left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer numbers, no browser, for tests")
    parser.add_argument("--keep", type=Path, help="leave plans and run folders here")
    args = parser.parse_args(arguments)
    bad = []
    with contextlib.ExitStack() as stack:
        folder = args.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="renkei-leaks-")))
        folder.mkdir(parents=True, exist_ok=True)
        place = stack.enter_context(hostile.world(folder.resolve()))
        first_part = plant(place, 100 if args.quick else 1000)
        bad.append(bool(first_part["hits"]))
        print(f"{'WRONG' if bad[-1] else 'ok   '} planted {first_part['planted']}, read {first_part['files']} files, {first_part['bytes'] >> 20} MiB with what is packed in them: found {first_part['hits']} {first_part['found'][:5]}", flush=True)  # fmt: skip
        second_part = second_look(place)
        bad.append(bool(second_part["wrong"]))
        print(f"{'WRONG' if bad[-1] else 'ok   '} second look: {second_part}", flush=True)
        browser = shutil.which("chromium") and shutil.which("chromedriver") and not args.quick
        third_part = scripts(place) if browser else {}
        if browser:
            bad.append(bool(third_part["fired"] or third_part["away"] or third_part["canary"]))
            print(f"{'WRONG' if bad[-1] else 'ok   '} scripts: {third_part}", flush=True)
        elif not args.quick:
            bad.append(True)
            print("WRONG no browser here: the third part did not run")
    if not args.quick:
        figures = {
            "schema": "renkei.selftest-leaks/1",
            "plant": first_part,
            "second_look": second_part,
            "scripts": third_part,
        }
        RESULT.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{bad.count(False)} passed, {bad.count(True)} failed")
    return 1 if any(bad) else 0


if __name__ == "__main__":
    sys.exit(main())
