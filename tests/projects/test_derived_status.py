"""Until the contract a proposal's status follows from its tracks: every combination of two."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from projects import tracks
from projects.models import Track

# Columns and rows are the statuses of the two tracks; the table is symmetric.
#   submitted* = in_review once an office has passed one of them on in this round
TABLE = """
            waiting    in_step     returned  approved         refused          withdrawn
waiting     draft      in_review   returned  in_review        in_review        draft
in_step     in_review  submitted*  returned  in_review        in_review        submitted*
returned    returned   returned    returned  returned         returned         returned
approved    in_review  in_review   returned  approved         partly_approved  approved
refused     in_review  in_review   returned  partly_approved  refused          refused
withdrawn   draft      submitted*  returned  approved         refused          withdrawn
"""
HEADS, *ROWS = (line.split() for line in TABLE.strip().splitlines())
EXPECTED = {
    (row[0], head): status for row in ROWS for head, status in zip(HEADS, row[1:], strict=True)
}
ALONE = {
    "waiting": "draft",
    "in_step": "submitted*",
    "returned": "returned",
    "approved": "approved",
    "refused": "refused",
    "withdrawn": "withdrawn",
}
OPINIONS = {
    "none": ([], False),
    "open": ([(1, "")], False),
    "passed": ([(1, "pass"), (1, "")], True),
    "taken back": ([(1, "taken_back"), (1, "")], False),
    "passed in an earlier round": ([(0, "pass"), (0, "return"), (1, "")], False),
}


def track(status: str, source: int = 1, reviews=(), attempt: int = 1) -> SimpleNamespace:
    said = [SimpleNamespace(round=number, verdict=verdict) for number, verdict in reviews]
    return SimpleNamespace(
        status=status,
        source_id=source,
        attempt=attempt,
        round=1,
        reopened_by_id=None,
        reviews=SimpleNamespace(all=lambda: said),
    )


def wanted(status: str, touched: bool) -> str:
    return ("in_review" if touched else "submitted") if status == "submitted*" else status


def test_the_tables_are_complete():
    statuses = set(Track.Status.values)
    assert set(EXPECTED) == {(one, other) for one in statuses for other in statuses}
    assert set(ALONE) == statuses
    assert all(EXPECTED[one, other] == EXPECTED[other, one] for one, other in EXPECTED)


@pytest.mark.parametrize(("one", "other"), sorted(EXPECTED))
def test_two_tracks_make_one_status(one, other):
    for reviews, touched in OPINIONS.values():
        # The opinion stands on a track that runs; a decided one has no say any more.
        first = track(one, 1, reviews if one == "in_step" else ())
        second = track(other, 2, reviews if other == "in_step" and one != "in_step" else ())
        found = tracks.derived_status([first, second])
        assert found == wanted(EXPECTED[one, other], touched), reviews


@pytest.mark.parametrize("status", sorted(ALONE))
@pytest.mark.parametrize("opinions", sorted(OPINIONS))
def test_one_track_alone(status, opinions):
    reviews, touched = OPINIONS[opinions]
    assert tracks.derived_status([track(status, 1, reviews)]) == wanted(ALONE[status], touched)


def test_without_a_track_it_is_a_draft():
    assert tracks.derived_status([]) == "draft"


@pytest.mark.parametrize("status", sorted(ALONE))
def test_only_the_latest_attempt_of_a_source_counts(status):
    first, second = track("refused", 1), track(status, 1, attempt=2)
    assert tracks.derived_status([second, first]) == wanted(ALONE[status], False)
    assert tracks.derived_status([first, second]) == wanted(ALONE[status], False)
