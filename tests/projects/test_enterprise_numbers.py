"""Numbers of an establishment: typed, dated, never forced; a person's own is shown to few."""

import datetime

import pytest
from django.urls import reverse

from khuyencong.core import audit, clock
from projects import register
from projects.models import Enterprise, EnterpriseIdentifier
from tests import make
from tests.api.clients import client_of
from tests.projects.pages import page_of, text_of
from tests.projects.registers import LIST, NEW, active, add, messages_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
RIGHT, OTHER, WRONG = "9900000016", "9900000023", "9900000017"  # by their check digit
PERSON = "012345678901"


def number_of(place, row, kind="tax10", value=RIGHT, **fields):
    return register.add_identifier(
        row, register.Number(kind, value, **fields), by=place.people.canbo
    )


def post(user, name, row, found=None, /, **data):
    given = {"pk": row.pk} | ({"number": found.pk} if found else {})
    return page_of(user).post(reverse(name, kwargs=given), data)


def test_a_co_operative_group_needs_no_number(place):
    add(place, kind="cooperative_group")
    assert active(Enterprise.objects.get()) == set()


@pytest.mark.parametrize(
    ("typed", "kind", "value", "warns"),
    [
        (RIGHT, "tax10", RIGHT, False),
        (WRONG, "tax10", WRONG, True),
        ("0100233488-001", "tax13", "0100233488001", False),
        ("0100233489-001", "tax13", "0100233489001", True),
        ("0123 4567 8901", "personal12", PERSON, False),
        ("123.456.789", "personal12", "123456789", False),
    ],
)
def test_a_number_is_known_by_its_length_and_a_wrong_check_digit_only_warns(
    place, typed, kind, value, warns
):
    response = add(place, number=typed)
    row = Enterprise.objects.get()
    assert active(row) == {(kind, value)}
    assert any("không khớp số kiểm tra" in text for text in messages_of(response)) is warns
    page = text_of(page_of(place.people.canbo).get(f"/co-so/{row.pk}/"))
    assert ("sai số kiểm tra" in page) is warns


def test_a_licence_number_has_any_form_and_its_day_and_paper_are_kept(place):
    add(
        place,
        number=" 23a 8001234/ĐK ",
        number_kind="licence",
        number_from="5/3/2021",
        number_verified="on",
    )
    row = EnterpriseIdentifier.objects.get()
    assert (row.kind, row.value) == ("licence", "23A 8001234/ĐK")
    assert (row.valid_from, row.is_verified) == (datetime.date(2021, 3, 5), True)


def test_a_chosen_kind_says_how_many_digits_it_has(place):
    for kind, says in (
        ("tax10", "có 10 chữ số"),
        ("tax13", "có 13 chữ số"),
        ("personal12", "có 12 chữ số"),
    ):
        assert says in text_of(add(place, number="12345", number_kind=kind))
    assert not Enterprise.objects.exists()


@pytest.mark.parametrize("number", [RIGHT, PERSON])
def test_a_number_another_establishment_uses_is_refused_in_words(place, number):
    add(place, name="HTX Cũ", number=number)
    response = add(place, name="HTX Mới", number=number)
    assert response.status_code == 422
    assert "Mã này đang thuộc «HTX Cũ»" in text_of(response)
    assert f'href="/co-so/{Enterprise.objects.get().pk}/">Mở «HTX Cũ»' in text_of(response)
    assert Enterprise.objects.count() == 1


def test_the_name_of_another_provinces_establishment_is_not_told(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    add(other, name="HTX Bí mật", number=RIGHT)
    response = add(place, number=RIGHT)
    assert response.status_code == 422
    assert "một cơ sở của tỉnh khác" in text_of(response)
    assert "Bí mật" not in text_of(response)


def test_two_who_enter_the_same_number_at_once(place, monkeypatch):
    add(place, name="HTX Cũ", number=RIGHT)
    from projects import duplicates
    from projects.forms.identifier import IdentifierForm

    # As if the other had not been there yet when the form looked.
    monkeypatch.setattr(IdentifierForm, "_taken", lambda form, kind, value: "")
    monkeypatch.setattr(duplicates, "of", lambda *given, **more: [])
    response = add(place, name="HTX Mới", number=RIGHT)
    assert response.status_code == 422
    assert "vừa được nhập cho một cơ sở khác" in text_of(response)
    assert Enterprise.objects.count() == 1


def test_numbers_are_added_ended_and_taken_up_again(place):
    row = make.enterprise(place)
    canbo = place.people.canbo
    response = post(canbo, "identifier_new", row, number=RIGHT, number_from="01/02/2020")
    assert response.status_code == 302
    post(canbo, "identifier_new", row, number="GP-9", number_kind="licence")
    assert active(row) == {("tax10", RIGHT), ("licence", "GP-9")}
    first = row.identifiers.get(value=RIGHT)
    early = post(canbo, "identifier_end", row, first, ended_on="31/01/2020")
    assert early.status_code == 422 and "từ ngày bắt đầu dùng trở đi" in text_of(early)
    late = post(canbo, "identifier_end", row, first, ended_on="01/01/2099")
    assert late.status_code == 422 and "không được sau hôm nay" in text_of(late)
    assert post(canbo, "identifier_end", row, first, ended_on="30/06/2025").status_code == 302
    assert active(row) == {("licence", "GP-9")}
    again = post(canbo, "identifier_end", row, first, ended_on="30/06/2025")
    assert again.status_code == 422 and "đã kết thúc trước đó" in text_of(again)
    text = text_of(page_of(canbo).get(f"/co-so/{row.pk}/"))
    assert "30/06/2025" in text and RIGHT in text
    assert post(canbo, "identifier_new", row, number=RIGHT).status_code == 302
    assert active(row) == {("licence", "GP-9"), ("tax10", RIGHT)}
    twice = post(canbo, "identifier_new", row, number=RIGHT)
    assert twice.status_code == 422 and "đang có mã này rồi" in text_of(twice)
    assert post(canbo, "identifier_new", row, number="").status_code == 422


def test_each_number_leaves_its_rows(place):
    row = make.enterprise(place)
    found = number_of(place, row, "personal12", PERSON)
    assert post(place.people.sct, "identifier_verify", row, found).status_code == 302
    register.end_identifier(found, on=clock.today(), by=place.people.sct)
    assert [audit.sentence(entry).split(") ")[1] for entry in audit.trail(row)] == [
        "thêm mã: Số định danh cá nhân",
        "đã đối chiếu giấy tờ của mã: Số định danh cá nhân",
        "kết thúc mã: Số định danh cá nhân",
    ]
    found.refresh_from_db()
    assert found.is_verified and found.valid_to == clock.today()


@pytest.mark.parametrize(
    ("kind", "value"),
    [("personal12", PERSON), ("personal12", "123458901"), ("other", "123 458 901")],
)
def test_a_personal_number_is_never_shown_whole(place, kind, value):
    row = make.enterprise(place)
    number_of(place, row, kind, value)
    for who in ("canbo", "sct", "ketoan", "lanhdao", "kiemtoan"):
        client = page_of(getattr(place.people, who))
        for address in (LIST, f"/co-so/{row.pk}/"):
            text = text_of(client.get(address))
            assert value not in text
    assert value not in text_of(page_of(place.people.sct).get(f"/co-so/{row.pk}/gop/"))
    sent = client_of(place.people.lanhdao).get(f"/api/v1/enterprises/{row.pk}/")
    assert sent.json()["identifiers"] == []


def test_a_personal_number_is_revealed_by_post_and_each_look_is_written_down(place):
    proposal = make.draft(place, by=place.people.canbo2)
    row = proposal.beneficiaries.get().enterprise
    found = number_of(place, row, "personal12", PERSON)
    address = reverse("identifier_reveal", kwargs={"pk": row.pk, "number": found.pk})
    assert page_of(place.people.ketoan).get(address).status_code == 405
    for who in ("ketoan", "canbo2", "sct"):
        before = audit.trail(row).count()
        response = page_of(getattr(place.people, who)).post(address)
        assert PERSON in text_of(response)
        assert "no-store" in response["Cache-Control"]
        last = audit.trail(row).last()
        assert audit.trail(row).count() == before + 1
        assert last.action == "projects.enterprise.reveal"
        assert audit.sentence(last).endswith("xem đủ số: Số định danh cá nhân")
        assert last.actor == getattr(place.people, who)
        assert PERSON not in str(last.changes) + last.reason
    for who in ("stc", "hethong", "lanhdao", "kiemtoan", "ubnd"):
        client = page_of(getattr(place.people, who))
        assert "Hiện số" not in text_of(client.get(f"/co-so/{row.pk}/"))
        refused = client.post(address)
        assert refused.status_code == 403 and PERSON not in text_of(refused)
    # A unit that neither entered it nor proposes for it has no need of the number.
    strange = number_of(place, make.enterprise(place), "personal12", "012095007777")
    assert (
        post(place.people.canbo2, "identifier_reveal", strange.enterprise, strange).status_code
        == 403
    )
    other = make.world("x", "Tỉnh Khác", "TK")
    assert page_of(other.people.canbo).post(address).status_code == 404
    assert audit.trail(row).count() == 4
    assert PERSON not in text_of(page_of(place.people.ketoan).get(f"/co-so/{row.pk}/"))


def test_a_number_of_one_establishment_is_not_reached_through_another(place):
    row, elsewhere = make.enterprise(place), make.enterprise(place)
    found = number_of(place, row, "personal12", PERSON)
    for name in ("identifier_reveal", "identifier_end", "identifier_verify"):
        assert post(place.people.canbo, name, elsewhere, found).status_code == 404
    assert active(row) == {("personal12", PERSON)}


def test_readers_do_not_write_numbers(place):
    row = make.enterprise(place)
    found = number_of(place, row)
    for who in ("lanhdao", "ketoan", "kiemtoan"):
        user = getattr(place.people, who)
        assert post(user, "identifier_new", row, number=OTHER).status_code == 403
        assert post(user, "identifier_end", row, found, ended_on="1/1/2026").status_code == 403
        assert post(user, "identifier_verify", row, found).status_code == 403
    assert active(row) == {("tax10", RIGHT)}


def test_the_form_for_a_new_one_says_that_numbers_are_not_needed(place):
    assert "Mã số không bắt buộc" in text_of(page_of(place.people.canbo).get(NEW))
