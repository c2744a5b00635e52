"""What suites say is in the catalogues: every phrase in both languages, and no words beside the phrases."""

from __future__ import annotations

import ast
import functools
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from renkei.adapters.h11 import reading
from renkei.catalogue import LANGUAGES, Catalogue, messages
from renkei.kit import hard_characters
from renkei.kit.generate.recipe import BROKEN_OF
from renkei.kit.phrases import KEYWORDS, case_words
from renkei.kit.strategies.dates import hard_dates
from renkei.wirecode import CODES

ROOT = Path(__file__).parents[2]
SUITES = [
    path for folder in ("provider", "consumer", "generic") for path in sorted((ROOT / "suites" / folder).glob("*.py"))
]
KIT = [*sorted((ROOT / "src/renkei/kit").glob("*.py")), *sorted((ROOT / "src/renkei/adapters/pytest").glob("*.py"))]
# What a finding shows beside phrases, as keyword or as the parameter of a helper.
SPOKEN = {"expected", "actual", "where", "what", "second_opinion", "case", "said", "shown"}
ENDINGS = {"Undecided", "Blocked", "NotApplicable", "NotRun"}
# Helpers that make phrases; their first argument is a code, or part of one.
MAKERS = {"phrase", "case_words"}
JOINERS = {"at", "joined", "raw", "shown", "join", "str"}
WIRE = re.compile(
    r"E\d{4}|\d{3}:\S+|[A-Z]+(?:[-/]\d.*)?|[XN]\(\d+\)|/.*|\S*_\S*|\S+=\S*|application/json\S*|RFC|TLS|Bearer|JSON|UTF-8"
)
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
# Terms of the standards that no language replaces: items, operations, claims, headers.
ITEMS = {"atenabango", "kojinbango", "rirekibango", "tenshutsusakijusho", "tsuzukigarahyoki"}
STANDARD = {"最新フラグ=1", "jutogaishaatenabangofuban", "jutogaishaatenakihonjohosyokai", *ITEMS}
STANDARD |= {"aud", "exp", "scope", "Allow", "Authorization", "Content-Type", "ETag", "Retry-After"}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Every module of suites and kit that this rule is for."""
    for path in (*SUITES, *KIT):
        yield path, ast.parse(path.read_text("utf-8"))


def called(call: ast.Call) -> str:
    """The bare name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def has_words(text: str) -> bool:
    """Whether a text holds words of a language, not only codes, marks, pointers and the standard's own terms."""
    if text in STANDARD:
        return False
    if JAPANESE.search(text):
        return True
    tokens = re.split(r"[\s,;()]+", text)
    return any(re.search("[A-Za-z]{2}", token) and not WIRE.fullmatch(token) for token in tokens)


@functools.cache
def fields(language: str, code: str) -> frozenset[str] | None:
    """The values that a phrase speaks of, None when it has no words."""
    said = messages(language).get(f"phrases.{code}")
    return None if said is None else frozenset(name for _, name, _, _ in string.Formatter().parse(said) if name)


def codes(node: ast.expr) -> Iterator[str]:
    """The literal codes of an argument."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from codes(node.body)
        yield from codes(node.orelse)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_of_suites_and_kit_has_words_and_values(language: str) -> None:
    """Each literal code is in the catalogue, and the values that its sentence speaks of are given."""
    wrong = []
    for path, tree in sources():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) == "phrase"):
            given = {keyword.arg for keyword in call.keywords}
            for code in codes(call.args[0]) if call.args else ():
                needed = fields(language, code)
                if needed is None or (None not in given and needed != given):
                    wrong.append(f"{path.name}:{call.lineno} {code}")

    assert wrong == []


def names() -> list[str]:
    """Every name of a case that becomes a phrase while a suite runs."""
    wire = [code for _, code in CODES] + re.findall(
        r'(?:WireFault\(|append\()"([a-z-]+)"', Path(reading.__file__).read_text()
    )
    tls = ["tls-not-yet-valid", "tls-expired", "tls-unknown-ca", "tls-wrong-name", "not-pinned"]
    types = [f"type-{name}" for name in ("object", "array", "string", "boolean", "integer", "number", "null")]
    closed = [name for name, _ in (*hard_characters(), *hard_dates())]
    return [*wire, *tls, *types, *closed, *BROKEN_OF, *KEYWORDS.values(), *dictionary_names(), *damages()]


def dictionary_names() -> Iterator[str]:
    """The keys of the suites' tables of cases, as they are looked up."""
    beginnings = dict.fromkeys(("RAW", "UNREADABLE", "STRANGE"), "body-")
    for path in SUITES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                name = getattr(target, "id", "")
                if name in (*beginnings, "tokens", "questions") or (
                    name == "headers" and path.name == "test_bearer.py"
                ):
                    yield from (
                        beginnings.get(name, "") + key.value for key in node.value.keys if isinstance(key, ast.Constant)
                    )


def damages() -> list[str]:
    """The ways in which a text can be harmed."""
    source = (ROOT / "src/renkei/kit/strategies/characters.py").read_text("utf-8")
    function = source[source.index("def damage(") :].partition("\ndef ")[0]
    found = re.findall(r'^        "([a-z-]+)":|(?:return|if) "([a-z-]+)"|else "([a-z-]+)"$', function, re.MULTILINE)
    return ["lost", *(name for match in found for name in match if name)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_of_a_case_has_words(language: str) -> None:
    """Characters, dates, broken rules, transport codes and schema keywords: each name is a phrase with words."""
    catalogue = Catalogue(language)
    silent = sorted(
        {name for name in names() if not catalogue.has("phrases." + case_words(name).strip("⟦⟧").partition("¦")[0])}
    )

    assert silent == []
    assert len(names()) > 100


def bindings(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """Every value that a name is given anywhere in a module, tuples taken apart."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign) and node.value:
            pairs = [(node.target, node.value)]
        for target, value in pairs:
            spread = isinstance(value, ast.Tuple) and any(isinstance(part, ast.Starred) for part in value.elts)
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and not spread:
                pairs += list(zip(target.elts, value.elts, strict=True))
            elif isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(value)
    return found


def literals(node: ast.expr, bound: dict[str, list[ast.expr]], deep: int = 3) -> Iterator[str]:
    """The literal texts that end up in a value; codes of phrases are none."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(part.value if isinstance(part, ast.Constant) else "0" for part in parts)
        case ast.Call():
            # Whatever else is called brings data: an answer, a value of it, a request of ours.
            inner = node.args if called(node) in JOINERS else []
            if not inner and called(node) not in MAKERS:
                return
            for part in (*inner, *(keyword.value for keyword in node.keywords)):
                yield from literals(part, bound, deep)
        case ast.Name(id=name) if deep:
            for value in bound.get(name, ()):
                yield from literals(value, bound, deep - 1)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*literals(body, bound, deep), *literals(orelse, bound, deep))
        case ast.BinOp(left=left, right=right):
            yield from (*literals(left, bound, deep), *literals(right, bound, deep))
        case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
            for value in values:
                yield from literals(value, bound, deep)


def positions() -> dict[str, set[int]]:
    """Where among its arguments a helper of suites or kit takes what a finding shows."""
    found: dict[str, set[int]] = {"observe": {1}} | {name: {1} for name in ENDINGS}
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                arguments = [argument.arg for argument in node.args.args if argument.arg != "self"]
                spoken = {place for place, name in enumerate(arguments) if name in SPOKEN}
                if spoken:
                    found.setdefault(node.name, set()).update(spoken)
    return found


def test_suites_use_no_words_but_phrases() -> None:
    """Expected, actual, observed values, places and details hold codes and phrases: no words of one language."""
    taken = positions()
    wrong = []
    for path, tree in sources():
        bound = bindings(tree)
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            places = taken.get(called(call), set())
            shown = [argument for place, argument in enumerate(call.args) if place in places]
            shown += [keyword.value for keyword in call.keywords if keyword.arg in SPOKEN]
            said = {text for node in shown for text in literals(node, bound)}
            wrong += [f"{path.name}:{call.lineno} {text}" for text in sorted(said) if has_words(text)]

    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "no record",
        "the number that was sent",
        "差分にある",
        "あり",
        "digits",
        "0 characters",
        "status",
        "200 with access",
    ],
)
def test_words_are_told_from_codes(text: str) -> None:
    """Letters or kana of more than a code are words."""
    assert has_words(text)


@pytest.mark.parametrize(
    "text",
    ["", "401", "E0001", "400 E0002", "X(7)", "/result/0/atenabango", "HTTP/1.1", "≥ 2", "alg=none", "access_token",
     "application/json;charset=UTF-8", "RFC 9112", "TLS ≥ 1.2", "最新フラグ=1", "0 / 0"],
)  # fmt: skip
def test_codes_are_no_words(text: str) -> None:
    """Statuses, error codes, type marks, pointers, header values and the standard's own terms may stand alone."""
    assert not has_words(text)
