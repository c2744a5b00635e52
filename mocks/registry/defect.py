"""The defects that the registers can have: where each sits, and by which requirement of ours or check of others it shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """One planted defect: the operation it sits in, its name, and by which requirement or check it shows."""

    operation: str
    name: str
    ours: frozenset[str]
    theirs: frozenset[str]


def _defect(operation: str, name: str, ours: str, theirs: str = "") -> Defect:
    return Defect(operation, name, frozenset(ours.split()), frozenset(theirs.split()))


DEFECTS = (
    _defect("list_offices", "undescribed status", "GN-01", "status_code_conformance"),
    _defect("list_facilities", "undescribed media type", "GN-02", "content_type_conformance"),
    _defect("read_shelters", "member missing", "GN-03", "response_schema_conformance"),
    _defect("list_shelters", "number as text", "GN-03", "response_schema_conformance"),
    _defect("list_libraries", "header missing", "GN-04", "response_headers_conformance"),
    _defect("list_schools", "header no number", "GN-04", "response_headers_conformance"),
    _defect("create_clinics", "500 on a long name", "GN-05", "not_a_server_error"),
    _defect("list_parks", "500 on a large offset", "GN-05", "not_a_server_error"),
    _defect("create_bridges", "too long accepted", "GN-08", "negative_data_rejection"),
    _defect("create_roads", "required missing accepted", "GN-08", "negative_data_rejection"),
    _defect("list_wells", "limit 0 accepted", "GN-08", "negative_data_rejection"),
    _defect("list_bins", "required query missing accepted", "GN-09", "negative_data_rejection"),
    _defect("remove_events", "no credentials needed", "GN-10", "ignored_auth"),
    _defect("read_forms", "any credentials taken", "GN-11", "ignored_auth"),
    _defect("list_fees", "PATCH processed", "GN-12", "unsupported_method"),
    _defect("create_holidays", "500 on broken JSON", "GN-14", "not_a_server_error"),
    _defect("create_routes", "deleted still shown", "GN-18", "use_after_free"),
    _defect("create_stops", "created not found", "GN-16", "ensure_resource_availability"),
    _defect("create_permits", "valid refused", "GN-07", "positive_data_acceptance"),
    _defect("create_contracts", "text cut", "GN-17"),
    _defect("list_tenders", "limit ignored", "GN-21"),
    _defect("list_officers", "filter ignored", "GN-22"),
    _defect("replace_surveys", "second PUT differs", "GN-20"),
    _defect("list_datasets", "status changes by itself", "GN-19"),
)
