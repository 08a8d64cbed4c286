"""A dossier read in one question is the same dossier that is read part by part."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core.querysets import capped_counts
from projects import loading, snapshots, tracks
from projects.models import Proposal, Review
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PARTS = (
    *("cost_items", "funding_lines", "activities", "places", "beneficiaries"),
    *("attachments", "claims", "objectives"),
)


def columns(row):
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def test_every_part_and_column_is_as_prefetching_reads_it():
    proposal = make.submitted(make.world(), {"provincial": 150, "national": 50})
    apart = loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk)
    # The first JSON of a connection asks SQLite whether it knows any.
    loading.found(Proposal.objects.filter(pk=proposal.pk))
    with CaptureQueriesContext(connection) as asked:
        whole = loading.found(Proposal.objects.filter(pk=proposal.pk))
        assert snapshots.content(whole) == snapshots.content(apart)
    assert len(asked) == 1
    for name in PARTS:
        rows = zip(getattr(apart, name).all(), getattr(whole, name).all(), strict=True)
        for one, other in rows:
            assert columns(one) == columns(other)
            assert one._state.fields_cache.keys() == other._state.fields_cache.keys()


def test_the_tracks_of_a_page_say_what_all_reviews_say_of_a_short_history():
    proposal = make.ready_to_approve(make.world(), {"provincial": 150, "national": 50})
    for one, other in zip(tracks.of(proposal), tracks.for_page(proposal), strict=True):
        assert columns(one) == columns(other)
        said = zip(one.reviews.all(), other.reviews.all(), strict=True)
        assert all(columns(left) == columns(right) for left, right in said)
        assert [step.pk for step in one.chain.steps.all()] == [
            step.pk for step in other.chain.steps.all()
        ]
        amounts = [
            {row.pk: row.amount for review in track.reviews.all() for row in review.amounts.all()}
            for track in (one, other)
        ]
        assert amounts[0] == amounts[1] != {}


def test_counts_asked_together_are_the_counts_asked_apart():
    make.submitted(make.world(), {"provincial": 150, "national": 50})
    nothing = Proposal.objects.filter(pk__in=[])
    assert capped_counts(Proposal.objects.all(), nothing, Review.objects.all(), cap=1) == [1, 0, 1]
    assert capped_counts(nothing) == [0]
    assert capped_counts(Review.objects.all()) == [2]
