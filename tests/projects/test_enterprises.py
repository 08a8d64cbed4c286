"""The register of establishments: shared in the province, numbers checked but never forced."""

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core import clock
from projects.models import Enterprise, EnterpriseIdentifier
from tests import make
from tests.projects.pages import page_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
LIST, NEW = "/co-so/", "/co-so/moi/"
RIGHT, OTHER, WRONG = "9900000016", "9900000023", "9900000017"  # by their check digit
PERSON = "012345678901"


def sent(**changes):
    return {
        "name": "HTX Chè Bản Bo",
        "kind": "cooperative",
        "place": "",
        "address": "Bản Bo",
        "representative": "Lò Văn A",
        "phone": "0912 345 678",
        "sector": "Chế biến chè",
        "workers": "12",
        "number": "",
        "version": "0",
    } | changes


def add(at, /, **changes):
    return page_of(at.people.canbo).post(NEW, sent(**changes))


def edit(at, row, who="canbo", /, **changes):
    row.refresh_from_db()
    values = {"version": str(row.version), **changes}
    return page_of(getattr(at.people, who)).post(f"/co-so/{row.pk}/", sent(**values))


def messages_of(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def active(row):
    return {(found.kind, found.value) for found in row.identifiers.filter(valid_to=None)}


def test_an_establishment_is_added_with_its_tax_number(place):
    response = add(place, number="9900 000 016", place=str(place.commune.pk))
    row = Enterprise.objects.get()
    assert response.url == f"/co-so/{row.pk}/"
    assert messages_of(response) == ["Đã lưu «HTX Chè Bản Bo»."]
    assert (row.province, row.place, row.workers) == (place.home, place.commune, 12)
    assert active(row) == {("tax10", RIGHT)}
    assert row.identifiers.get().valid_from == clock.today()


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
    ],
)
def test_a_number_is_known_by_its_length_and_a_wrong_check_digit_only_warns(
    place, typed, kind, value, warns
):
    response = add(place, number=typed)
    assert active(Enterprise.objects.get()) == {(kind, value)}
    assert any("không khớp số kiểm tra" in text for text in messages_of(response)) is warns


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("name", "", "Nhập tên cơ sở"),
        ("name", "x" * 201, "dài tối đa 200"),
        ("name", "a\x00b", "ký tự hỏng"),
        ("kind", "", "Chọn loại hình"),
        ("kind", "bank", "không còn"),
        ("place", "abc", "không còn"),
        ("place", "9" * 30, "không còn"),
        ("workers", "-1", "từ 0 trở lên"),
        ("workers", "1.5", "số nguyên"),
        ("workers", "9" * 30, "từ 1000000 trở xuống"),
        ("phone", "0" * 31, "dài tối đa 30"),
        ("number", "123", "10 hoặc 13 chữ số"),
        ("number", "99000abc16", "10 hoặc 13 chữ số"),
        ("number", "٩٩٠٠٠٠٠٠١٦", "10 hoặc 13 chữ số"),
        ("number", "9" * 40, "dài tối đa 20"),
    ],
)
def test_what_is_wrong_is_told_beside_its_box_and_nothing_is_kept(place, name, value, says):
    response = add(place, **{"address": "Bản <Bo>", name: value})
    text = text_of(response)
    assert response.status_code == 422
    assert says in text
    assert f'href="#id_{name}"' in text
    assert "<title>Lỗi: Thêm cơ sở" in text
    assert "Bản &lt;Bo&gt;" in text
    assert not Enterprise.objects.exists()


@pytest.mark.parametrize("number", [RIGHT, PERSON])
def test_a_number_another_establishment_has_is_refused_in_words(place, number):
    add(place, name="HTX Cũ", number=number)
    response = add(place, name="HTX Mới", number=number)
    assert response.status_code == 422
    assert "Mã này đang thuộc «HTX Cũ»" in text_of(response)
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
    from projects.forms.enterprise import EnterpriseForm

    # As if the other had not been there yet when the form looked.
    monkeypatch.setattr(EnterpriseForm, "clean_number", lambda form: RIGHT)
    response = add(place, name="HTX Mới", number=RIGHT)
    assert response.status_code == 422
    assert "vừa được nhập cho một cơ sở khác" in text_of(response)
    assert Enterprise.objects.count() == 1


def test_a_new_number_ends_the_old_one_and_it_may_be_taken_up_again(place):
    add(place, number=RIGHT)
    row = Enterprise.objects.get()
    edit(place, row, number=OTHER)
    assert active(row) == {("tax10", OTHER)}
    assert row.identifiers.get(value=RIGHT).valid_to == clock.today()
    edit(place, row, number=RIGHT)
    assert active(row) == {("tax10", RIGHT)}
    edit(place, row, number="")
    assert active(row) == set()


def test_a_personal_number_is_never_shown_whole_and_an_empty_box_keeps_it(place):
    add(place, kind="household", number=PERSON)
    row = Enterprise.objects.get()
    for who in ("canbo", "sct", "lanhdao", "kiemtoan"):
        client = page_of(getattr(place.people, who))
        for address in (LIST, f"/co-so/{row.pk}/"):
            text = text_of(client.get(address))
            assert "8901" in text
            assert PERSON not in text
            assert "0123" not in text
    edit(place, row, kind="household", number="")
    assert active(row) == {("personal12", PERSON)}
    edit(place, row, kind="household", number=RIGHT)
    assert active(row) == {("personal12", PERSON), ("tax10", RIGHT)}


def test_telephone_and_representative_are_for_those_who_keep_the_register(place):
    add(place, kind="household")
    row = Enterprise.objects.get()
    for who, sees in (("canbo2", True), ("sct", True), ("lanhdao", False), ("kiemtoan", False)):
        client = page_of(getattr(place.people, who))
        for address in (LIST, f"/co-so/{row.pk}/"):
            text = text_of(client.get(address))
            assert ("0912 345 678" in text) is sees, (who, address)
            assert ("Lò Văn A" in text) is sees, (who, address)


def test_who_may_read_and_who_may_write(place):
    row = make.enterprise(place, "Cơ sở A")
    for who in ("lanhdao", "kiemtoan", "ketoan", "ubnd"):
        client = page_of(getattr(place.people, who))
        assert client.get(f"/co-so/{row.pk}/").status_code == 200
        assert '<form method="post" class="panel' not in text_of(client.get(f"/co-so/{row.pk}/"))
        assert client.get(NEW).status_code == 403
        assert client.post(NEW, sent()).status_code == 403
        assert edit(place, row, who).status_code == 403
    assert page_of(place.people.quantri).get(LIST).status_code == 404
    other = make.world("x", "Tỉnh Khác", "TK")
    for user in (other.people.canbo, other.people.lanhdao, place.people.bct):
        client = page_of(user)
        assert client.get(f"/co-so/{row.pk}/").status_code == 404
        assert client.post(f"/co-so/{row.pk}/", sent(version="1")).status_code == 404
        assert "Cơ sở A" not in text_of(client.get(LIST))
    assert page_of(place.people.cuc).get(NEW).status_code == 403
    row.refresh_from_db()
    assert row.name == "Cơ sở A"


def test_two_who_edit_at_once_do_not_overwrite_each_other(place):
    add(place)
    row = Enterprise.objects.get()
    first = sent(version=str(row.version), sector="Chè sạch")
    second = sent(version=str(row.version), sector="Miến dong")
    client = page_of(place.people.canbo)
    assert client.post(f"/co-so/{row.pk}/", first).status_code == 302
    response = client.post(f"/co-so/{row.pk}/", second)
    assert response.status_code == 409
    assert "Người khác vừa sửa cơ sở này" in text_of(response)
    assert 'value="Miến dong"' in text_of(response), "what was typed is still there"
    row.refresh_from_db()
    assert row.sector == "Chè sạch"
    assert f'name="version" value="{row.version}"' in text_of(response)
    for version in ("", "abc", "-1", "9" * 40):
        again = client.post(f"/co-so/{row.pk}/", second | {"version": version})
        assert again.status_code == 409, version


def test_the_page_shows_the_support_one_may_see(place):
    proposal = make.approved(place, {"provincial": 120}, title="Máy sao chè")
    row = proposal.beneficiaries.get().enterprise
    text = text_of(page_of(place.people.canbo).get(f"/co-so/{row.pk}/"))
    assert "Máy sao chè" in text
    assert "120,0" in text
    assert "Đã phê duyệt" in text
    other = text_of(page_of(place.people.canbo2).get(f"/co-so/{row.pk}/"))
    assert "Máy sao chè" not in other
    assert "Chưa có đề án nào cho cơ sở này" in other


def test_search_is_blind_to_accents_and_filters_survive_garbage(place):
    make.enterprise(place, "Cơ sở chế biến chè Tân Uyên")
    company = make.enterprise(place, "Công ty gạch")
    Enterprise.objects.filter(pk=company.pk).update(kind="company")
    client = page_of(place.people.canbo)

    def names(query):
        return [row.name for row, _numbers in client.get(LIST, query).context["rows"]]

    assert names({"search": "che tan uyen"}) == ["Cơ sở chế biến chè Tân Uyên"]
    assert names({"kind": "company"}) == ["Công ty gạch"]
    assert names({"search": "GẠCH", "kind": "company"}) == ["Công ty gạch"]
    assert names({"search": "không có"}) == []
    assert "Không có cơ sở khớp" in text_of(client.get(LIST, {"search": "không có"}))
    for query in ({"page": "abc"}, {"page": "9" * 40}, {"kind": "x"}, {"search": "%_'\"<i>"}):
        assert client.get(LIST, query).status_code == 200, query
    assert client.get(LIST, {"search": "a\x00"}).status_code == 400
    assert client.get("/co-so/99999999999999999999999/").status_code == 404


def test_htmx_gets_the_rows_alone(place):
    make.enterprise(place, "Cơ sở A")
    response = page_of(place.people.canbo).get(LIST, headers={"HX-Request": "true"})
    assert text_of(response).lstrip().startswith('<div id="results">')


def test_the_list_takes_a_constant_number_of_queries(place):
    client = page_of(place.people.canbo)

    def asked():
        with CaptureQueriesContext(connection) as seen:
            client.get(LIST)
        return len(seen)

    for _ in range(2):
        make.enterprise(place)
    before = asked()
    for number in range(40):
        row = make.enterprise(place)
        EnterpriseIdentifier.objects.create(enterprise=row, kind="licence", value=f"GP-{number}")
    assert asked() == before
    assert before <= 12


def test_texts_of_people_are_shown_as_text(place):
    evil = '"><script>alert(1)</script>'
    add(place, name=evil, sector=evil, representative=evil, phone="0<b>1")
    row = Enterprise.objects.get()
    for address in (LIST, f"/co-so/{row.pk}/"):
        text = text_of(page_of(place.people.canbo).get(address))
        assert "<script>alert" not in text
        assert "0<b>1" not in text
