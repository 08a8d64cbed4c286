"""Search blind to accents and đ/d, over all a proposal is known by; the same on both databases."""

import datetime

import pytest

from khuyencong.core import clock, places, text
from khuyencong.core.models import Place, PlaceChange
from projects import drafts, search
from projects.drafts import Draft
from projects.models import EnterpriseIdentifier, Proposal
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = datetime.date(2026, 3, 2)


def found(words: str) -> list[str]:
    return list(Proposal.objects.matching(words).order_by("pk").values_list("title", flat=True))


def numbered(place, kind: str, value: str, title: str) -> Proposal:
    proposal = make.draft(place, title=title)
    firm = proposal.beneficiaries.get().enterprise
    EnterpriseIdentifier.objects.create(enterprise=firm, kind=kind, value=value)
    search.refresh_for_enterprise(firm)
    return proposal


def test_accents_and_d_do_not_matter_in_any_order(place):
    make.draft(place, title="Dây chuyền chế biến chè Đắng")
    make.draft(place, title="Máy sấy chuối")
    wanted = ["Dây chuyền chế biến chè Đắng"]
    for words in ("che bien che", "CHẾ BIẾN", "chè dang", "đăng", "day chuyen", "bien   chế"):
        assert found(words) == wanted, words
    assert found("chebien") == []
    assert found("che bien chuoi") == []


def test_words_in_quotation_marks_stand_together(place):
    make.draft(place, title="Chè sao, chế biến gỗ")
    make.draft(place, title="Chế biến chè")
    assert found("che bien che") == ["Chè sao, chế biến gỗ", "Chế biến chè"]
    assert found('"biến chè"') == ["Chế biến chè"]
    assert found("“biến chè” che") == ["Chế biến chè"]
    assert found('"') == []
    assert found('che "') == []


def test_decomposed_letters_are_found_as_composed_ones(place):
    make.draft(place, title="Chế biến chè")
    assert found("ch\u0065\u0302\u0301 bi\u0065\u0302\u0301n") == ["Chế biến chè"]


def test_code_unit_and_establishment_are_found(place):
    proposal = make.draft(place, title="Máy")
    firm = proposal.beneficiaries.get().enterprise
    for words in (proposal.code, proposal.code.lower(), firm.name, "trung tam khuyen cong"):
        assert found(words) == ["Máy"], words


@pytest.mark.parametrize("typed", ["%", "_", "\\", "100%", "a_b", "\\%", "máy%"])
def test_signs_of_patterns_are_letters_like_others(place, typed):
    make.draft(place, title="Máy sấy")
    assert found(typed) == []
    make.draft(place, title=f"Tên có {typed} trong đó")
    assert found(typed) == [f"Tên có {typed} trong đó"]


def test_tax_numbers_and_licences_are_found_a_persons_own_number_never(place):
    numbered(place, "tax13", "6200012345-001", "Có thuế")
    numbered(place, "licence", "12C8000123", "Có giấy phép")
    numbered(place, "personal12", "012345678901", "Có số định danh")
    assert found("6200012345-001") == ["Có thuế"]
    assert found("6200012345001") == ["Có thuế"]
    assert found("12c8000123") == ["Có giấy phép"]
    assert found("012345678901") == []
    assert not Proposal.objects.filter(search_text__contains="012345678901").exists()


def test_a_decision_is_found_by_its_number_once_it_is_recorded(place):
    proposal = make.approved(place, {"provincial": 100}, title="Đã duyệt")
    make.draft(place, title="Chưa duyệt")
    number = proposal.tracks.get().decision_lines.get().decision.document.number
    assert found(number) == ["Đã duyệt"]
    assert found(text.fold(number)) == ["Đã duyệt"]


def test_a_renamed_establishment_is_found_by_its_new_name(place):
    proposal = make.draft(place, title="Máy")
    firm = proposal.beneficiaries.get().enterprise
    firm.name = "Hợp tác xã Hoa Ban"
    firm.save()
    assert search.refresh_for_enterprise(firm) == 1
    assert found("hoa ban") == ["Máy"]
    assert search.refresh_for_enterprise(firm) == 0


def test_a_changed_list_of_establishments_changes_the_words(place):
    proposal = make.draft(place, title="Máy")
    old = proposal.beneficiaries.get().enterprise.name
    new = make.enterprise(place, "Xưởng mộc Pu Sam Cáp")
    drafts.save(
        proposal,
        Draft(beneficiaries=[new]),
        by=place.people.canbo,
        expected_version=proposal.version,
    )
    assert found("pu sam cap") == ["Máy"]
    assert found(old) == []


def test_old_and_new_names_of_the_place_are_found_also_of_a_later_change(place):
    make.draft(place, title="Máy")
    new = Place.objects.create(
        name="Đất Mới", kind="xã", level="commune", parent=place.home, valid_from=DAY
    )
    assert found("xa dat moi") == []
    PlaceChange.objects.create(old=place.commune, new=new, kind="merged", effective_on=DAY)
    places.changed({new.pk, place.commune.pk})
    assert found("xa dat moi") == ["Máy"]
    assert found("ban thu") == ["Máy"]


def test_loading_a_table_of_units_refreshes_what_lies_on_their_ground(db):
    from django.core.management import call_command

    from projects.reference import shipped

    (path,) = (path for path in shipped() if path.parent.name == "places")
    call_command("load_reference", str(path), verbosity=0)
    place = make.world("lc", "Tỉnh Khác", "TK")
    PlaceChange.objects.all().delete()
    old = Place.objects.get(name="Mường Than", valid_to__isnull=False)
    proposal = make.draft(place, title="Gạch không nung")
    drafts.save(
        proposal, Draft(places=[old]), by=place.people.canbo, expected_version=proposal.version
    )
    assert "xa than uyen" not in Proposal.objects.get().search_text
    call_command("load_reference", str(path), verbosity=0)
    assert "xa than uyen" in Proposal.objects.get().search_text


def test_refreshing_anew_changes_nothing_that_is_fresh(place):
    with clock.at(clock.now()):
        make.approved(place, {"provincial": 100})
        make.submitted(place)
        make.draft(place)
    assert search.refresh_all(Proposal.objects.all()) == 0
    Proposal.objects.update(search_text="")
    assert search.refresh_all(Proposal.objects.all()) == 3


def test_titles_stand_in_vietnamese_order(place):
    titles = ["Đá", "Dệt", "Ân", "An", "Ấm", "Ăn", "Chè", "Cà", "Cả", "ca", "Xe", "Ươm", "Ô", "Ơ"]
    for title in titles:
        make.draft(place, title=title)
    ordered = list(Proposal.objects.order_by("title_key").values_list("title", flat=True))
    assert ordered == [
        *("An", "Ăn", "Ấm", "Ân", "ca", "Cà", "Cả", "Chè", "Dệt", "Đá", "Ô", "Ơ", "Ươm", "Xe")
    ]
