"""Generated characters, numbers, dates and people are valid, honest, and nobody's."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import strategies as st

from renkei.kit import (
    KINDS,
    atenabango,
    dantaikodo,
    hojinbango,
    kojinbango,
    minimal,
    persons,
    sample,
)
from renkei.kit.strategies import characters, dates, numbers, person
from renkei.tables import checkdigits, fields

MANY = 800


@pytest.mark.parametrize(
    ("vectors", "holds"),
    [
        (numbers.ATENABANGO_VECTORS, checkdigits.is_atenabango),
        (numbers.KOJINBANGO_VECTORS, checkdigits.is_kojinbango),
        (numbers.HOJINBANGO_VECTORS, checkdigits.is_hojinbango),
        (numbers.DANTAIKODO_VECTORS, checkdigits.is_dantaikodo),
    ],
)
def test_published_vectors(vectors: tuple[str, ...], holds: object) -> None:
    """Every published vector has the right check digit, and the wrong one with its last digit changed."""
    assert callable(holds)
    for vector in vectors:
        assert holds(vector)
        assert not holds(vector[:-1] + str((int(vector[-1]) + 1) % 10))


@pytest.mark.parametrize(
    ("strategy", "holds", "prefix"),
    [
        (atenabango(), checkdigits.is_atenabango, ""),
        (kojinbango(), checkdigits.is_kojinbango, "99999"),
        (hojinbango(), checkdigits.is_hojinbango, ""),
        (dantaikodo(), checkdigits.is_dantaikodo, "99"),
    ],
)
def test_numbers(strategy: st.SearchStrategy[str], holds: object, prefix: str) -> None:
    """Generated numbers have right check digits and lie in the range that is nobody's."""
    assert callable(holds)
    assert all(holds(number) and number.startswith(prefix) for number in sample(strategy, MANY, 1))


def test_remainder_one_is_skipped() -> None:
    """Serials whose check digit the text leaves open are never used: the next serial takes their place."""
    for serial in numbers.ATENABANGO_SKIPPED:
        assert checkdigits.atenabango_digit(f"{serial:014d}") is None
        assert numbers.atenabango_of(serial) == numbers.atenabango_of(serial + 1)


@pytest.mark.parametrize("limit", [1, 4, 12, 50, 100, 300])
def test_full_width(limit: int) -> None:
    """N values have 1 to the limit characters, counted with selectors as one, and reach the limit exactly."""
    drawn = sample(characters.full_width(1, limit), 300, limit)
    lengths = {fields.character_length(text) for text in drawn}
    assert all(1 <= length <= limit for length in lengths)
    assert limit in lengths
    assert not any(fields._HALF.search(text) or fields._CONTROL.search(text) for text in drawn)
    assert all(text == text.strip("　") for text in drawn)


def test_code_point_cap() -> None:
    """Where a contract counts code points, values keep to that limit as well."""
    drawn = sample(characters.full_width(1, 100, code_points=100), 500, 3)
    assert all(len(text) <= 100 for text in drawn)
    assert any(len(text) == 100 for text in drawn)


def test_text_is_assigned() -> None:
    """Generated text has no unassigned character, and of private use only the added characters of the standard."""
    private = {"\U0010de92"}
    drawn = "".join(sample(characters.full_width(1, 30), MANY, 4))
    assert {char for char in drawn if unicodedata.category(char) in ("Cn", "Co")} <= private
    assert private <= set(drawn)


@pytest.mark.parametrize("limit", [50, 100, 300])
def test_hard_characters(limit: int) -> None:
    """The hard texts are full-width, have different names, fit the limit, and the longest ones reach it exactly."""
    texts = characters.hard_characters(limit)
    assert len({name for name, _ in texts}) == len({text for _, text in texts}) == len(texts)
    assert not any(fields._HALF.search(text) for _, text in texts)
    assert [fields.character_length(text) for _, text in texts[-3:]] == [limit] * 3
    assert all(fields.character_length(text) == characters.length(text) <= limit for _, text in texts)


@pytest.mark.parametrize(
    ("sent", "received", "way"),
    [
        ("辻\U000e0100", "辻\U000e0100", ""),
        ("辻\U000e0100", "辻", "selectors-lost"),
        ("\ufa19谷", "神谷", "nfc"),
        ("①", "1", "nfkc"),
        ("が", "か\u3099", "nfd"),
        ("ア〜ン", "ア～ン", "wave-dash-replaced"),
        ("\U00020bb7野", "野", "beyond-basic-plane-lost"),
        ("\U00020bb7野", "？野", "replaced-by-marks"),
        ("佐藤　一郎", "佐藤 一郎", "nfkc"),
        ("佐藤一郎", "佐藤", "truncated"),
        ("髙橋", "高橋", "changed"),
    ],
)
def test_damage(sent: str, received: str, way: str) -> None:
    """The way in which a text was harmed is named."""
    assert characters.damage(sent, received) == way


def test_dates() -> None:
    """Generated dates have the form of a DATE, and times that of a TIME, with and without seconds."""
    for text in sample(dates.loose_dates(), MANY, 1) + sample(dates.period_starts(), 100, 1):
        assert fields._DATE.fullmatch(text)
    times = sample(dates.times(), MANY, 1)
    assert all(fields._TIME.fullmatch(text) for text in times)
    assert {len(text) for text in times} == {5, 8}


def test_broken_forms() -> None:
    """None of the broken forms of dates, times and numbers has the form that it imitates."""
    assert not any(fields._DATE.fullmatch(text) for text in dates.BROKEN_DATES)
    assert not any(fields._TIME.fullmatch(text) for text in dates.BROKEN_TIMES)


def test_unknown_dates_are_consistent() -> None:
    """The notation of an unknown date is there exactly when the flag says so."""
    drawn = sample(dates.unknown_dates("x"), 500, 2) + [members for _, members in dates.hard_dates("x")]
    assert all((members["x_fushofuragu"] == "1") == ("x_fushohyoki" in members) for members in drawn)
    assert {members["x_fushofuragu"] for members in drawn} == {"0", "1"}
    assert all(fields.character_length(text) <= 72 and not fields._HALF.search(text) for text in dates.NOTATIONS)


def test_minimal_people_differ() -> None:
    """Another seed is another person, the same seed the same one; named people never share a name."""
    assert minimal("131016", 5) == minimal("131016", 5)
    for kind in ("japanese", "foreign_roman", "foreign_kanji", "abroad", "numbered"):
        assert len({minimal("131016", seed, kind)["shimei"] for seed in range(5000)}) == 5000


def test_members_on_top() -> None:
    """Members can be set and removed on top of a minimal request."""
    body = minimal("131016", 1, shorikubun="1", shimei=...)
    assert body["shorikubun"] == "1"
    assert "shimei" not in body


def test_correlations_of_people() -> None:
    """Names of a generated person fit together: 氏名 is 氏, one full-width space and 名, or the foreign name."""
    for body in sample(persons("131016"), 500, 6) + [minimal("131016", 7, kind) for kind in KINDS]:
        if "uji_nihonjin" in body:
            assert body["shimei"] == body["uji_nihonjin"] + "　" + body["na_nihonjin"]
        elif "shimei" in body:
            assert body["shimei"] in (body.get("shimei_gaikokujinromaji"), body.get("shimei_gaikokujinkanji"))


def test_address_text() -> None:
    """The address is searched as its parts without spaces between them."""
    assert person.address_text(minimal("131016", 0)).startswith("東京都千代田区霞が関二丁目１番６号")


def test_seed_alone_decides(tmp_path: Path) -> None:
    """A sample is the same in another process with another hash seed and more modules loaded."""
    (tmp_path / "more.py").write_text("NUMBERS = [" + ",".join(map(str, range(101, 900))) + "]\n")
    code = (
        "import hashlib, json\n"
        "from renkei.kit import persons, sample\n"
        "print(hashlib.sha256(json.dumps(sample(persons('131016'), 60, 5)).encode()).hexdigest())\n"
    )
    root = Path(__file__).parents[2]
    digests = set()
    for number, prefix in enumerate(("", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import more\n")):
        environment = {"PYTHONHASHSEED": str(number), "PYTHONPATH": str(root / "src")}
        command = [sys.executable, "-c", prefix + code]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=True)
        digests.add(done.stdout)
    assert len(digests) == 1
