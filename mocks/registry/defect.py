"""The defects that the registers can have: where each sits, and by which requirement of ours or check of others it shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """One planted defect: the operation it sits in, its name, and by which requirement or check it shows.

    ``also`` are requirements that it may break beside.
    """

    operation: str
    name: str
    ours: frozenset[str]
    theirs: frozenset[str]
    also: frozenset[str]

    @property
    def shows(self) -> str:
        """The operation that shows it: its own."""
        return self.operation


def _defect(operation: str, name: str, ours: str, theirs: str = "", *, also: str = "") -> Defect:
    return Defect(operation, name, *(frozenset(text.split()) for text in (ours, theirs, also)))


DEFECTS = (
    _defect("list_offices", "undescribed status", "GN-01", "status_code_conformance", also="GN-33 GN-34 GN-37"),
    _defect("list_facilities", "undescribed media type", "GN-02", "content_type_conformance", also="GN-33 GN-34 GN-37"),
    _defect("read_shelters", "member missing", "GN-03", "response_schema_conformance"),
    _defect("list_shelters", "number as text", "GN-03", "response_schema_conformance"),
    _defect("list_libraries", "header missing", "GN-04", "response_headers_conformance", also="GN-34"),
    _defect("list_schools", "header no number", "GN-04", "response_headers_conformance", also="GN-34"),
    _defect("create_clinics", "500 on a long name", "GN-05", "not_a_server_error", also="GN-01 GN-24"),
    _defect("list_parks", "500 on a large offset", "GN-05", "not_a_server_error", also="GN-01"),
    _defect("create_bridges", "too long accepted", "GN-08", "negative_data_rejection", also="GN-03"),
    _defect("create_roads", "required missing accepted", "GN-08", "negative_data_rejection", also="GN-03"),
    _defect("list_wells", "limit 0 accepted", "GN-08", "negative_data_rejection"),
    _defect("list_bins", "required query missing accepted", "GN-09", "negative_data_rejection"),
    _defect("remove_events", "no credentials needed", "GN-10", "ignored_auth", also="GN-11"),
    _defect("read_forms", "any credentials taken", "GN-11", "ignored_auth"),
    _defect("list_fees", "PATCH processed", "GN-12", "unsupported_method", also="GN-13"),
    _defect("create_holidays", "500 on broken JSON", "GN-14", "not_a_server_error", also="GN-01 GN-05"),
    _defect("list_notices", "other methods answered 404", "GN-13", "unsupported_method"),
    _defect("create_notices", "answer cut off", "GN-06", also="GN-23"),
    _defect("create_routes", "deleted still shown", "GN-18", "use_after_free", also="GN-28"),
    _defect(
        "create_stops",
        "created not found",
        "GN-16",
        "ensure_resource_availability",
        also="GN-17 GN-18 GN-20 GN-23 GN-24 GN-25 GN-27 GN-28 GN-29 GN-33",
    ),
    _defect(
        "create_permits",
        "valid refused",
        "GN-07",
        "positive_data_acceptance",
        also="GN-17 GN-23 GN-24 GN-25 GN-27 GN-28 GN-29",
    ),
    _defect("create_contracts", "text cut", "GN-17", also="GN-23 GN-24"),
    _defect("list_tenders", "limit ignored", "GN-21", also="GN-33 GN-34"),
    _defect("list_officers", "filter ignored", "GN-22", also="GN-37"),
    _defect("replace_surveys", "second PUT differs", "GN-20", also="GN-25"),
    _defect("list_datasets", "status changes by itself", "GN-19", also="GN-07 GN-21 GN-22 GN-33 GN-34 GN-37"),
)
