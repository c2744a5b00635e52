"""The bodies of answers against the contract: each fault is judged once, by the requirement that speaks of it."""

from collections.abc import Callable
from typing import Any

from renkei.kit import Blocked, Exchange, Expect, Forall, Provider, requirement
from renkei.kit.jutogai import FUBAN, MESSAGES, PARTIAL, PATTERNS, Register, errors, items_named, rows
from renkei.kit.phrases import Phrase, at, case_words, joined, phrase
from renkei.kit.shape import judge_shape
from renkei.kit.strategies import breakers, several
from renkei.kit.strategies.ordinary import ordinary

ACCEPTED, REFUSED, UNAUTHORIZED = "accepted", "refused", "unauthorized"
STATUS = {ACCEPTED: 200, REFUSED: 400, UNAUTHORIZED: 401}
REFUSALS = ("missing", "half-width-in-n", "full-width-in-x", "too-long", "too-short", "correlation")


class Answers:
    """One answer of each kind that can be had at will, asked for once for each target and operation.

    A test's first look at a kind is the answer that all tests share; every further look sends the request again.
    """

    def __init__(self, target: Provider) -> None:
        self.target = target
        self.register = Register(target)
        self.makers = self._makers()
        self.shared: dict[str, Exchange] = target.scratch.setdefault(f"answers {target.operation().id}", {})
        self.seen: set[str] = set()

    def __call__(self, kind: str) -> Exchange:
        if kind in self.seen or kind not in self.shared:
            self.shared[kind] = self.makers[kind]()
        else:
            self.target.record(self.shared[kind])
        self.seen.add(kind)
        return self.shared[kind]

    def kinds(self, *groups: str) -> list[str]:
        """The names of the answers of these groups."""
        return [kind for kind in self.makers if kind.split("-")[0] in groups]

    def _makers(self) -> dict[str, Callable[[], Exchange]]:
        operation = self.target.operation().id
        special = self._registrations() if operation == FUBAN else self._searches()
        return special | self._refusals() | self._strangers()

    def _registrations(self) -> dict[str, Callable[[], Exchange]]:
        register = self.register
        return {
            f"{ACCEPTED}-new": lambda: self.target.call(register.person()),
            f"{ACCEPTED}-all-items": lambda: self.target.call(full_person(register)),
            f"{ACCEPTED}-changed": lambda: register.change(register.create()).exchange,
            f"{ACCEPTED}-linked": lambda: register.link(register.create(), register.create()).exchange,
        }

    def _searches(self) -> dict[str, Callable[[], Exchange]]:
        register = self.register

        def of(body: dict[str, Any]) -> Exchange:
            return register.find(atenabango=register.write(body).number)

        def linked() -> Exchange:
            return register.find(atenabango=register.link(register.create(), register.create()).number)

        def by_part() -> Exchange:
            return register.find(how=PARTIAL, shimei=register.create().sent["na_nihonjin"])

        def by_history() -> Exchange:
            person = register.create()
            return register.find(history=True, shimei=register.change(person).sent["shimei"])

        return {
            f"{ACCEPTED}-one": lambda: of(register.person()),
            f"{ACCEPTED}-all-items": lambda: of(full_person(register)),
            f"{ACCEPTED}-linked": linked,
            f"{ACCEPTED}-by-part": by_part,
            f"{ACCEPTED}-over-history": by_history,
            f"{ACCEPTED}-nobody": lambda: register.find(shimei=f"該当なし　{register.tag()}"),
        }

    def _refusals(self) -> dict[str, Callable[[], Exchange]]:
        body = self.register.body(self.target.operation().id)
        found: dict[str, dict[str, Any]] = {}
        for broken in breakers(self.target.request_schema(), body, root=self.target.system.document):
            if broken["decided"] and broken["rule"] in REFUSALS:
                found.setdefault(broken["rule"], broken["body"])
        return {
            f"{REFUSED}-{rule}": lambda sent=sent: self.target.call(sent)  # type: ignore[misc]  # mypy cannot infer a lambda's default
            for rule, sent in found.items()
        }

    def _strangers(self) -> dict[str, Callable[[], Exchange]]:
        body = self.register.body(self.target.operation().id)
        return {
            f"{UNAUTHORIZED}-no-token": lambda: self.target.call(body, token=""),
            f"{UNAUTHORIZED}-garbled-token": lambda: self.target.call(body, token="0" * 43),
        }


def words(kind: str) -> Phrase:
    """Which answer it is."""
    group, _, rest = kind.partition("-")
    return at(case_words(f"answer-{group}"), case_words(f"answer-{rest}" if group != REFUSED else rest))


def full_person(register: Register) -> dict[str, Any]:
    """A person with every kind of item."""
    return register.person() | {
        "shimei_furigana": "レンケイ　シケン",
        "tsusho": "見本　花子",
        "tsusho_furiganakakuninjokyo": "1",
        "seinengappi_fushofuragu": "0",
        "jusho_shikuchosonkodo": "011002",
        "jusho_choazakodo": "0011001",
        "jusho_katagaki": "見本荘１０１号",
        "jusho_yubinbango": "0600001",
    }


def all_judged(target: Provider, expect: Expect, forall: Forall, rule: str, *groups: str) -> None:
    """Every answer of these groups that came with its status is judged for the case's requirement."""
    answers = Answers(target)
    usable = []

    def judge(kind: str) -> None:
        answer = answers(kind)
        if answer.status == STATUS[kind.split("-", maxsplit=1)[0]]:
            usable.append(kind)
            judge_shape(target, expect, answer, words(kind), rule)

    forall.each(answers.kinds(*groups), judge)
    if not usable:
        raise Blocked("control-failed", joined((case_words(f"answer-{group}") for group in groups), by=" / "))


@requirement("SC-01")
def test_accepted_answers_have_the_contracted_shape(target, expect, forall):
    """A 200 body has metadata, _links and result, and every item the type and length of the table."""
    all_judged(target, expect, forall, "body-not-as-contracted", ACCEPTED)


@requirement("SC-01")
def test_answers_about_any_person_are_as_contracted(target, expect, forall):
    """Whoever is registered, the answer to the registration or to the search conforms to the contract."""
    register = Register(target)
    registering = target.operation().id == FUBAN

    def judge(person: dict[str, Any]) -> None:
        body = person | {"gyomuid": register.gyomuid()}
        answer = target.call(body) if registering else register.find(atenabango=register.write(body).number)
        if answer.status == 200:
            judge_shape(target, expect, answer, phrase("any-person"), "body-not-as-contracted")

    forall(ordinary(target.municipality), judge, share=0.5)


@requirement("SC-02")
def test_refusals_have_the_contracted_shape(target, expect, forall):
    """A 400 body has title, detail, _links and at least one error with code and message."""
    all_judged(target, expect, forall, "body-not-as-contracted", REFUSED)


@requirement("SC-03")
def test_unauthorized_answers_have_the_contracted_shape(target, expect, forall):
    """A 401 body has title, detail and _links."""
    all_judged(target, expect, forall, "body-not-as-contracted", UNAUTHORIZED)


@requirement("SC-05")
def test_href_is_the_path_of_the_call(target, expect, forall):
    """_links.self.href of every kind of answer is the path of the operation that was called."""
    all_judged(target, expect, forall, "href-wrong", ACCEPTED, REFUSED, UNAUTHORIZED)


@requirement("SC-06")
def test_detail_is_the_fixed_text(target, expect, forall):
    """detail of every kind of answer is the fixed text of that kind."""
    all_judged(target, expect, forall, "detail-wrong", ACCEPTED, REFUSED, UNAUTHORIZED)


@requirement("SC-07")
def test_title_is_the_name_of_the_function(target, expect, forall):
    """title of every kind of answer is the Japanese name of the function."""
    all_judged(target, expect, forall, "title-wrong", ACCEPTED, REFUSED, UNAUTHORIZED)


@requirement("SC-08")
def test_required_items_are_present(target, expect, forall):
    """Every row of a result has the items that the table marks ◎."""
    all_judged(target, expect, forall, "required-item-missing", ACCEPTED)


@requirement("SC-09")
def test_items_that_are_never_null_are_not_null(target, expect, forall):
    """No item is null that the table does not allow to be null."""
    all_judged(target, expect, forall, "null-not-allowed", ACCEPTED)


@requirement("SC-10")
def test_values_keep_their_json_type(target, expect, forall):
    """Items of types X, N, DATE and TIME are JSON strings, items of type 9 are JSON integers."""
    all_judged(target, expect, forall, "json-type-wrong", ACCEPTED)


@requirement("SC-11")
def test_error_codes_are_listed(target, expect, forall):
    """The code of every error is one of E0001 to E0004."""
    all_judged(target, expect, forall, "error-code-unlisted", REFUSED)


@requirement("SC-12")
def test_error_messages_follow_their_pattern(target, expect, forall):
    """The message of every error follows the pattern of its code and names items as the table does."""
    answers = Answers(target)
    known = {item.name for item in target.items("要求")}

    def judge(kind: str) -> None:
        for place, error in enumerate(errors(answers(kind))):
            code, message = str(error.get("code")), str(error.get("message"))
            if code not in MESSAGES:
                continue
            names = items_named(code, message)
            where = at(f"/errors/{place}/message", code)
            pattern = PATTERNS[code]
            on = answers.shared[kind]
            expect.that(bool(names), "message-pattern-wrong", expected=pattern, actual=message, where=where, on=on)
            good = known.issuperset(names)
            expect.that(
                good, "message-names-no-item", expected=phrase("item-of-the-table"), actual=message, where=where, on=on
            )

    forall.each(answers.kinds(REFUSED), judge)


@requirement("SC-13")
def test_number_of_listed_errors_is_recorded(target, expect):
    """Whether two errors of one request are both listed is recorded."""
    register = Register(target)
    body = register.body(target.operation().id)
    pairs = several(target.request_schema(), body, root=target.system.document)[:8]
    counts = sorted({min(len(errors(target.call(pair["body"]))), 3) for pair in pairs})
    expect.observe("U3", phrase("errors-listed-for-two", counts=" / ".join(map(str, counts))))


@requirement("SC-14")
def test_members_outside_the_table_are_recorded(target, expect):
    """Members of result rows that the table does not have are recorded by name."""
    answers = Answers(target)
    known = {item.romaji for item in target.items("結果")}
    found = {str(name) for kind in answers.kinds(ACCEPTED) for row in rows(answers(kind)) for name in row} - known
    expect.observe("U4", sorted(found))
