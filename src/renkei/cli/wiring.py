"""The composition root: which adapter fulfils which port; commands get everything they use from here."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import os
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from renkei.errors import PlanError
from renkei.flow.contract import Bundle
from renkei.flow.plan import (
    AUTH_LINKAGE,
    FacadeAccess,
    FilesAccess,
    Plan,
    Planned,
    Profile,
    RestAccess,
    SecretRef,
    Target,
    names_of,
    plan_cases,
)
from renkei.journeyfile import read_stories
from renkei.ports import Generator, Place, RequestGenerator, SchemaFault, Validator
from renkei.redaction import Redactor
from renkei.suiteindex import SuiteTest, read_suites, ruled
from renkei.tableports import Tables

if TYPE_CHECKING:
    from renkei.adapters.jsonschema_rs.validator import SchemaValidator
    from renkei.kit.target import Client, Tools

DEADLINE = 15.0
SUITES = ("provider", "consumer", "pair", "journeys", "generic")


def home() -> Path:
    """The folder that holds contracts/, suites/ and mocks/: RENKEI_HOME, the checkout, or the installed data."""
    if named := os.environ.get("RENKEI_HOME"):
        return Path(named)
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1]
    return checkout if (checkout / "contracts" / "edition.toml").is_file() else package / "data"


@functools.cache
def load_bundle(root: Path | None = None) -> Bundle:
    """The contracts of this installation (or of a folder)."""
    from renkei.adapters.folder.bundle import load_bundle as load

    return _with_journeys(load(root or home() / "contracts"))


def _with_journeys(bundle: Bundle) -> Bundle:
    """The bundle with the stories of this installation's suites: they speak of the systems of every edition."""
    return replace(bundle, journeys=read_stories(home() / "suites"))


@functools.cache
def suite_tests(*suites: str) -> tuple[SuiteTest, ...]:
    """The index of these folders of suites (none named: of all that judge providers)."""
    rules = ruled(home() / "contracts")
    return tuple(test for suite in suites or SUITES for test in read_suites(home() / "suites", suite, rules=rules))


def open_plan(path: Path, *, profile: str = "", seed: int | None = None) -> tuple[Plan, Bundle]:
    """The plan of a file with the overrides of the command line, and the contracts it is judged by."""
    from renkei.planfile import read_plan

    bundle = contracts_for(path)
    plan = read_plan(path, bundle, today=dt.datetime.now(dt.UTC).date())
    if profile:
        plan = replace(plan, profile=Profile(profile))
    if seed is not None:
        plan = replace(plan, seed=seed)
    for target in plan.targets:
        clients_of(target)
        facade_secrets(target)
    return plan, bundle


EDITION = "edition.toml"


def contracts_for(plan_file: Path) -> Bundle:
    """What a plan is judged by: this edition, or what it names, another edition or documents of another standard."""
    from renkei.cli.foreign import REQUIREMENTS, foreign_bundle
    from renkei.planfile import contracts_named

    named = contracts_named(plan_file)
    if named and (named / EDITION).is_file():
        return other_edition(named)
    return foreign_bundle(named, home() / "contracts" / REQUIREMENTS) if named else load_bundle()


def other_edition(folder: Path) -> Bundle:
    """Another edition of these contracts, in a folder of its own; it knows until when this tool's edition accepts it."""
    from renkei.adapters.folder.bundle import load_bundle as read_bundle
    from renkei.tables.transition import with_newer

    return with_newer(_with_journeys(read_bundle(folder)), load_bundle())


def contracts_of_run(folder: Path, named: Path | None = None) -> Bundle:
    """What a run was judged by: this edition, or the documents of another standard that its plan names.

    ``named`` is where those documents lie now. Whether they are still what they were is for who asks to say, by digest.
    """
    from renkei.cli.foreign import REQUIREMENTS, foreign_bundle
    from renkei.runlog import LOG_NAME, read_header

    header = read_header(folder / LOG_NAME)
    if named and (named / EDITION).is_file():
        return other_edition(named)
    if named:
        return foreign_bundle(named, home() / "contracts" / REQUIREMENTS)
    own = load_bundle()
    if header.digests.get("contracts") == contracts_digest(own):
        return own
    for plan_file in (folder / "plan.toml", Path(str(header.plan.get("file", "")))):
        if plan_file.is_file():
            return contracts_for(plan_file)
    return own


def cases_of(plan: Plan, bundle: Bundle, only: frozenset[str] = frozenset()) -> tuple[Planned, ...]:
    """Every case of the plan; raises PlanError when ``only`` names nothing that exists."""
    cases = plan_cases(bundle, plan, frozenset(bundle.untested), only)
    for name in only:
        if not any(name in names_of(item.case) for item in cases):
            raise PlanError("plan-only-unknown", key="--only", value=name)
    if not cases:
        raise PlanError("plan-empty", key="plan", value=plan.name)
    return cases


def secret(ref: SecretRef, where: str) -> str:
    """The secret behind a reference; raises PlanError naming the variable or file, never the value."""
    if ref.kind == "env":
        value = os.environ.get(ref.name, "")
    else:
        try:
            value = Path(ref.name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            value = ""
    if not value:
        raise PlanError("plan-missing-secret", key=where, value=f"{ref.kind}:{ref.name}", expected=ref.kind)
    return value


def clients_of(target: Target) -> tuple[Client, ...]:
    """The OAuth clients that the plan gives for a target."""
    rest = target.rest
    if rest is None:
        return ()
    # the kit brings hypothesis along, which takes longer to import than most commands to run
    from renkei.kit.target import Client

    clients = []
    if rest.client_secret:
        value = secret(rest.client_secret, f"{target.id}.rest.client_secret")
        clients.append(Client(id=rest.client_id, secret=value, gyomuid=rest.gyomuid))
    if rest.second_client_id and rest.second_client_secret:
        value = secret(rest.second_client_secret, f"{target.id}.rest.second_client_secret")
        clients.append(Client(id=rest.second_client_id, secret=value, gyomuid=rest.second_gyomuid))
    return tuple(clients)


def storage_options(target: Target) -> dict[str, str]:
    """The storage options of a target with its secrets filled in."""
    return _options(target.files, f"{target.id}.files")


def _options(files: FilesAccess | None, where: str) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else secret(value, f"{where}.options.{name}")
        for name, value in (files.options if files else {}).items()
    }


def place_options(files: FilesAccess, where: str) -> dict[str, str]:
    """The storage options of a place with its secrets filled in; ``where`` is its key in the plan."""
    return _options(files, where)


def inbox_options(target: Target) -> dict[str, str]:
    """The storage options of the place that a target reads from, with its secrets filled in."""
    return _options(target.inbox, f"{target.id}.inbox")


def facade_secrets(target: Target) -> dict[str, str]:
    """The secrets of a target's façades by the plan's key."""
    accesses = {"trigger": target.trigger, "readback": target.readback}
    return {
        f"{target.id}.{key}.secret": secret(access.secret, f"{target.id}.{key}.secret")
        for key, access in accesses.items()
        if isinstance(access, FacadeAccess) and access.secret
    }


def redactor_for(plan: Plan, bundle: Bundle) -> Redactor:
    """A redactor that knows every secret of the plan by value; raises PlanError for one that reports would publish."""
    from renkei.cli.vocabulary import refuse_public, vocabulary

    secrets: dict[str, str] = {}
    for target in plan.targets:
        for number, client in enumerate(clients_of(target), 1):
            secrets[f"{target.id}-client-{number}"] = client.secret
        for place in (target.files, target.inbox):
            for name, value in place.options.items() if place else ():
                if isinstance(value, SecretRef):
                    secrets[f"{target.id}-{name}"] = secret(value, name)
        secrets |= {label.replace(".", "-"): value for label, value in facade_secrets(target).items()}
    redactor = Redactor(secrets, lambda: vocabulary(plan, bundle))
    refuse_public(secrets, plan, redactor)
    return redactor


def tools_for(target: Target, bundle: Bundle, redactor: Redactor) -> Tools:
    """The adapters that drive one target."""
    from renkei.adapters.h11.pool import Pool
    from renkei.adapters.h11.transport import PinnedTransport
    from renkei.adapters.pyjwt.signer import JwtSigner
    from renkei.adapters.tls.handshake import Handshaker
    from renkei.kit.corpus import cache_folder
    from renkei.kit.target import Tools

    ca_file = target.rest.ca_file if target.rest else ""
    return Tools(
        transport=PinnedTransport(origins=origins(target.rest), ca_file=ca_file, deadline=DEADLINE),
        signer=JwtSigner(),
        tls=Handshaker(),
        place=_open_place,
        generator=lambda _operation: _generator(bundle, target.system),
        requests=lambda: _requests(bundle, target),
        lane=Pool(origins=origins(target.rest), ca_file=ca_file, deadline=DEADLINE),
        corpora=(home() / "corpora", cache_folder()),
        conforms=lambda *answer: _first(bundle, target.system).conforms(*answer),
        clients=clients_of(target),
        tables=_tables,
        learn=redactor.learn,
    )


def origins(rest: RestAccess | None) -> frozenset[str]:
    """The origins a target may be talked to on: exactly those that the plan writes down."""
    if rest is None:
        return frozenset()
    urls = (rest.base_url, rest.token_url, rest.introspection_url, rest.revocation_url)
    parts = [urllib.parse.urlsplit(url) for url in urls if url]
    return frozenset(f"{part.scheme}://{part.netloc}" for part in parts)


def _open_place(target: Target) -> Place:
    from renkei.adapters.fsspec.place import open_place

    if target.files is None:
        raise PlanError("plan-missing-key", key=f"{target.id}.files", value="-")
    return open_place(target.files.url, storage_options(target))


@functools.cache
def _tables() -> Tables:
    from renkei.adapters.polars.tables import PolarsTables

    return PolarsTables()


def _generator(bundle: Bundle, system: str) -> Generator:
    if system not in _GENERATORS:
        from renkei.adapters.jsonschema_rs.validator import SchemaValidator
        from renkei.adapters.schemathesis.generator import SchemathesisGenerator

        document = bundle.system(system).document
        # The judge keeps cases that the engine mislabels from being called valid or broken.
        _GENERATORS[system] = SchemathesisGenerator(document, judge=SchemaValidator(document))
    return _GENERATORS[system]


def _requests(bundle: Bundle, target: Target) -> RequestGenerator:
    if target.id not in _REQUESTS:
        from renkei.adapters.schemathesis.wholerequests import WholeRequests
        from renkei.foreign.wire import Wire

        document = bundle.system(target.system).document
        key = target.rest.api_key_name if target.rest else ""
        wire = Wire(document, _first(bundle, target.system), key)
        _REQUESTS[target.id] = WholeRequests(document, wire.fault, key)
    return _REQUESTS[target.id]


_REQUESTS: dict[str, RequestGenerator] = {}
# One worker judges one target by one bundle, so the system alone is the key; loading costs a second.
_GENERATORS: dict[str, Generator] = {}


class _Second:
    """openapi-core, built only when its opinion is asked: it costs a second to import."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    @functools.cached_property
    def _validator(self) -> Validator:
        from renkei.adapters.openapi_core.validator import SecondValidator

        return SecondValidator(self._document)

    def request_faults(self, operation: str, body: Any) -> tuple[SchemaFault, ...]:
        return self._validator.request_faults(operation, body)

    def response_faults(self, operation: str, status: int, media_type: str, body: Any) -> tuple[SchemaFault, ...]:
        return self._validator.response_faults(operation, status, media_type, body)


def _first(bundle: Bundle, system: str) -> SchemaValidator:
    """The first validator of a system, compiled once."""
    from renkei.adapters.jsonschema_rs.validator import SchemaValidator

    if system not in _FIRST:
        _FIRST[system] = SchemaValidator(_judged(bundle, system))
    return _FIRST[system]


def _judged(bundle: Bundle, system: str) -> Mapping[str, Any]:
    """A system's document as validators judge by it."""
    from renkei.foreign.wire import judged

    document = bundle.system(system).document
    return judged(document) if bundle.foreign else document


# One worker judges one target by one bundle, so the system alone is the key.
_FIRST: dict[str, SchemaValidator] = {}


def validators_for(bundle: Bundle, system: str) -> Callable[[str], tuple[Validator, Validator]]:
    """(first, second) validator of a linkage that a target of that system gives or takes, compiled once."""
    from renkei.adapters.jsonschema_rs.validator import SchemaValidator

    own = {linkage.id for linkage in bundle.system(system).linkages}

    @functools.cache
    def pair(owner: str) -> tuple[Validator, Validator]:
        if owner == AUTH_LINKAGE:
            return SchemaValidator(bundle.auth_document), _Second(bundle.auth_document)
        return _first(bundle, owner), _Second(_judged(bundle, owner))

    def owner_of(linkage: str) -> str:
        """The system whose document describes a linkage; that of a consumer's linkage is another's."""
        return linkage if linkage == AUTH_LINKAGE else system if linkage in own else bundle.linkage(linkage).system

    return lambda linkage: pair(owner_of(linkage))


def digests(plan: Plan, bundle: Bundle) -> dict[str, str]:
    """What a run is bound to: digests of plan, contracts, suites and tool."""
    root = home()
    return {
        "plan": plan.digest,
        "contracts": contracts_digest(bundle),
        "suites": _tree(root / "suites"),
        "tool": _tree(Path(__file__).resolve().parents[1]),
    }


def contracts_digest(bundle: Bundle) -> str:
    """The one digest of everything that was agreed."""
    return _sum(f"{name} {value}" for name, value in sorted(bundle.digests.items()))


def _tree(folder: Path) -> str:
    files = (path for path in sorted(folder.rglob("*")) if path.suffix in (".py", ".toml", ".json"))
    return _sum(
        f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files
    )


def _sum(lines: Any) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
