"""A delivery: what the harness carried from a provider to a taker, and what became of it there."""

from __future__ import annotations

from dataclasses import dataclass

from renkei.errors import TargetBlocked
from renkei.flow.facade import Job
from renkei.kit.journey.feed import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One delivery: which files of a linkage went to whom, and what became of the import."""

    linkage: str
    provider: str
    taker: str
    files: tuple[str, ...]
    rows: int
    job: Job | None
    obstacle: TargetBlocked | None = None
    evidence: str = ""


def facts_of(feed: Feed, taker: str, job: Job) -> dict[str, object]:
    """What a job told, as evidence."""
    return {
        "file": f"job {feed.linkage.id} {taker}",
        "job": {
            "state": str(job.state),
            "message": job.message,
            "accepted": job.accepted,
            "rejected": job.rejected,
            "files": [[one.name, one.result, one.message] for one in job.files[:20]],
            "rows": [[one.file, one.line, one.code, one.message] for one in job.rows if not one.accepted][:20],
        },
    }
