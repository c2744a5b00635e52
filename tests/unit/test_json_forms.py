"""The two forms in which JSON is written are those of the standard library, byte for byte, only sooner."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.atomicfile import pretty
from renkei.flow.exchange import canonical
from renkei.flow.outcome import Outcome

TEXT = st.text(st.characters(codec="utf-8")) | st.sampled_from(["髙﨑\U000e0100", '\u2028\x7f\x00"\\/', "", "𠮷"])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=30)


@given(VALUES)
def test_the_form_for_people_is_the_librarys(value: Any) -> None:
    """Indented by one, members in the order given, letters as they are."""
    assert pretty(value).decode() == json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


@given(VALUES)
def test_the_one_form_is_the_librarys(value: Any) -> None:
    """Compact, members sorted, letters as they are; read back and written again it stays."""
    expected = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    assert canonical(value).decode() == expected
    assert canonical(json.loads(canonical(value))) == canonical(value)


@pytest.mark.parametrize("write", [pretty, canonical])
def test_both_forms_know_what_is_no_plain_value(write: Any) -> None:
    """Words of an enumeration and tuples are written as JSON has them; a lone surrogate stays escaped; NaN is refused."""
    assert json.loads(write({"outcome": Outcome.PASSED, "rows": (1, ())})) == {"outcome": "passed", "rows": [1, []]}
    assert b"\\ud800" in write(["\ud800"])
    for value in (float("nan"), [float("inf")], {"a": float("-inf")}):
        with pytest.raises(ValueError, match="JSON"):
            write(value)
    for odd in (object(), {"a": {1}}, b"x"):
        with pytest.raises(TypeError):
            write(odd)
