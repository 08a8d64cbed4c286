"""One number however it is typed: case, blanks, the kind of dash, the width of digits."""

import datetime

import pytest

from khuyencong.core import clock, invariants, organisations, papers, text
from khuyencong.core.models import LegalDocument
from khuyencong.core.organisations import Named
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Refused
from tests import make

pytestmark = pytest.mark.django_db
DECISION = LegalDocument.Kind.DECISION
TYPED = ("12/qđ-ubnd", " 12 / QĐ - UBND", "12/QĐ–UBND", "12/QĐ\u2011UBND", "１２/QĐ−UBND")


@pytest.mark.parametrize("typed", TYPED)
def test_the_same_number_typed_otherwise_is_the_same_paper(typed):
    place, day = make.world(), clock.today()
    office = place.orgs.industry
    first = papers.register(Paper("12/QĐ-UBND", day), kind=DECISION, issuer=office)
    assert papers.register(Paper(typed, day), kind=DECISION, issuer=office) == first
    other = day.replace(day=day.day - 1 or 2)
    with pytest.raises(Refused, match="đã dùng cho văn bản ngày"):
        papers.register(Paper(typed, other), kind=DECISION, issuer=office)
    assert LegalDocument.objects.filter(number_key="12/qđ-ubnd").count() == 1


def test_leading_zeros_count_as_they_are_written():
    place, day = make.world(), clock.today()
    for number in ("12/QĐ", "012/QĐ"):
        papers.register(Paper(number, day), kind=DECISION, issuer=place.orgs.industry)
    assert LegalDocument.objects.filter(number__endswith="12/QĐ").count() == 2


def test_an_office_does_not_give_a_number_again_under_its_new_name():
    place, day = make.world(), clock.today()
    office = place.orgs.industry
    first = papers.register(Paper("12/QĐ-SCT", day), kind=DECISION, issuer=office)
    tomorrow = day + datetime.timedelta(days=1)
    named = Named(name="Sở Mới", short_name="SM", sign="", legal_ref="", valid_from=tomorrow)
    made = organisations.rename(office, named, by=place.people.quantri)
    assert papers.register(Paper("12/QĐ-SCT", day), kind=DECISION, issuer=made) == first


def test_rows_written_in_bulk_have_their_key_and_the_invariant_compares_it():
    place, day = make.world(), clock.today()
    office = place.orgs.industry
    LegalDocument.objects.bulk_create(
        LegalDocument(
            number=number,
            kind=DECISION,
            issuer=office,
            issuer_name=office.name,
            issued_on=day,
            year=day.year,
        )
        for number in ("7/QĐ-SCT", "7/QĐ–SCT")
    )
    assert set(LegalDocument.objects.values_list("number_key", flat=True)) >= {"7/qđ-sct"}
    assert "2 times" in str(list(invariants.document_numbers_unique()))


def test_the_longest_number_has_a_key_that_fits():
    assert len(text.number_key("\ufdfa" * 60)) <= 240
