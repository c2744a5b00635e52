"""The defects that the server of the wards can have: where each sits, by what it shows, and what it may turn red beside."""

from __future__ import annotations

from dataclasses import dataclass

STATUS, MEDIA, BODY, HEADERS = (
    *("status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "response_headers_conformance"),
)
SERVER, REFUSES, ACCEPTS = "not_a_server_error", "negative_data_rejection", "positive_data_acceptance"
AUTH, METHOD, FREED, HEADER = "ignored_auth", "unsupported_method", "use_after_free", "missing_required_header"
CREATED = "ensure_resource_availability"


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect: operation, name, kind of thing it is, requirements of ours and checks of the peer that speak of it.

    ``also`` are requirements that it may break beside; ``shows`` is the operation that shows it (default: its own).
    """

    operation: str
    name: str
    kind: str
    ours: frozenset[str]
    theirs: frozenset[str]
    also: frozenset[str]
    shows: str

    @property
    def ward(self) -> str:
        """The ward in which it sits."""
        return self.operation.partition("_")[2]


def _defect(operation: str, name: str, ours: str, theirs: str = "", *, also: str = "", shows: str = "") -> Defect:
    kind = "scenario" if any(one >= "GN-23" for one in ours.split()) or ours in SCENARIO else "schema and protocol"
    names = (frozenset(text.split()) for text in (ours, theirs, f"{also} {ours}"))
    return Defect(operation, name, kind, *names, shows or operation)


# Older requirements of the same pack: repeated PUT, filters.
SCENARIO = frozenset({"GN-20", "GN-22", "GN-21"})

DEFECTS = (
    # paging, order, filters
    _defect("list_higashi", "page off by one", "GN-33", also="GN-34 GN-36 GN-37 GN-27"),
    _defect("list_nishi", "row doubled across pages", "GN-33", also="GN-34 GN-36 GN-37 GN-27"),
    _defect("list_minami", "unstable sort", "GN-36", also="GN-33"),
    _defect("list_minami", "total of the page", "GN-34"),
    _defect("list_nishi", "filter ignored", "GN-22 GN-37"),
    _defect("list_chuo", "filter loses a row", "GN-37"),
    _defect("list_chuo", "sort ignored", "GN-35"),
    _defect("list_kita", "limit ignored", "GN-21", also="GN-33 GN-34 GN-36 GN-37"),
    _defect("list_midori", "page beyond the end repeats", "GN-33", also="GN-34 GN-37 GN-36 GN-38"),
    # what comes back
    _defect("create_higashi", "variation selectors stripped", "GN-23", also="GN-17"),
    _defect("amend_higashi", "compatibility forms normalised", "GN-23"),
    _defect("amend_nishi", "wave dash replaced", "GN-23"),
    _defect("replace_midori", "rare characters replaced", "GN-23", also="GN-24"),
    _defect("amend_midori", "line feeds lost", "GN-23"),
    _defect("create_nishi", "long texts cut", "GN-24"),
    _defect("create_minami", "time zone dropped", "GN-26"),
    _defect("create_kita", "number rounded", "GN-25"),
    # state
    _defect("replace_nishi", "second PUT differs", "GN-20", also="GN-25"),
    _defect("replace_higashi", "update lost", "GN-30", also="GN-08"),
    _defect("read_kita", "stale read", "GN-27", also="GN-20 GN-23 GN-24 GN-25 GN-26 GN-29 GN-30 GN-31 GN-32",
            shows="replace_kita"),
    _defect("remove_kita", "second deletion breaks", "GN-28"),
    _defect("replace_chuo", "refused change stored", "GN-29"),
    _defect("read_minami", "tag stays after a change", "GN-31"),
    _defect("replace_minato", "tag of the answer is another", "GN-31", shows="read_minato"),
    _defect("amend_minami", "state not asked for", "GN-32 GN-09", HEADER),
    _defect("remove_minami", "deleted still shown", "GN-18 GN-28", FREED, also="GN-28", shows="create_minami"),
    # who sees what
    _defect("read_chuo", "protected address shown", "GN-38"),
    _defect("list_minato", "protected address listed", "GN-38"),
    _defect("read_nishi", "case of identifiers ignored", "GN-39"),
    _defect("read_midori", "zeros of identifiers ignored", "GN-40"),
    _defect("amend_minato", "expired token accepted", "GN-41"),
    _defect("remove_chuo", "token of other scope accepted", "GN-42"),
    _defect("read_minato", "changed token accepted", "GN-43", also="GN-11"),
    # schema and protocol
    _defect("remove_higashi", "no credentials needed", "GN-10", AUTH, also="GN-11 GN-41 GN-42 GN-43"),
    _defect("remove_nishi", "any credentials taken", "GN-11", AUTH, also="GN-41 GN-42 GN-43"),
    _defect("read_higashi", "member missing", "GN-03", BODY),
    _defect("list_kita", "number as text", "GN-03", BODY),
    _defect("read_nishi", "date with slashes", "GN-03", BODY, also="GN-17"),
    _defect("create_kita", "null where never null", "GN-03", BODY),
    _defect("list_chuo", "undescribed code", "GN-03", BODY, also="GN-22 GN-37"),
    _defect("remove_minato", "undescribed status", "GN-01", STATUS),
    _defect("list_midori", "undescribed media type", "GN-02", MEDIA),
    _defect("create_midori", "header missing", "GN-04", HEADERS),
    _defect("replace_minami", "header malformed", "GN-04", HEADERS, also="GN-31"),
    _defect("create_chuo", "500 on a long name", "GN-05 GN-24", SERVER),
    _defect("list_higashi", "500 on a large offset", "GN-05", SERVER, also="GN-01"),
    _defect("amend_chuo", "500 on broken JSON", "GN-14", SERVER),
    _defect("create_higashi", "required missing accepted", "GN-08", REFUSES),
    _defect("create_nishi", "unknown code accepted", "GN-08", REFUSES),
    _defect("create_minami", "pattern not checked", "GN-08", REFUSES),
    _defect("create_minato", "too long accepted", "GN-08", REFUSES),
    _defect("create_midori", "unknown member accepted", "GN-08", REFUSES),
    _defect("list_minami", "limit 0 accepted", "GN-08", REFUSES),
    _defect("replace_midori", "valid refused", "GN-07", ACCEPTS),
    _defect("create_minato", "other media type accepted", "GN-15"),
    _defect("list_kita", "PATCH processed", "GN-12", METHOD, also="GN-13"),
)  # fmt: skip
