"""The register of establishments: shared in the province, entered, corrected, found."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core import audit
from khuyencong.core.models import Place, PlaceChange
from programmes.models import IndustryCode, Sector
from projects import register
from projects.models import CraftVillage, Enterprise, EnterpriseIdentifier
from tests import make
from tests.projects.pages import page_of, text_of
from tests.projects.registers import LIST, NEW, active, add, edit, messages_of, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
RIGHT = "9900000016"
PERSON = "012345678901"


def test_an_establishment_is_added_with_its_tax_number(place):
    response = add(place, number="9900 000 016", place=str(place.commune.pk))
    row = Enterprise.objects.get()
    assert response.url == f"/co-so/{row.pk}/"
    assert messages_of(response) == ["Đã lưu «HTX Chè Bản Bo»."]
    assert (row.province, row.place, row.workers) == (place.home, place.commune, 12)
    assert active(row) == {("tax10", RIGHT)}


def test_everything_about_an_establishment_is_kept_and_shown(place):
    sector = Sector.objects.create(code="che-bien", name="Chế biến nông sản")
    industry = IndustryCode.objects.create(version="VSIC 2018", code="1076", name="Sản xuất chè")
    village = CraftVillage.objects.create(province=place.home, name="Làng chè Bản Bo")
    add(
        place,
        sector_group=str(sector.pk),
        industry=str(industry.pk),
        craft_village=str(village.pk),
        workers_female="7",
        workers_minority="10",
        capital="300tr",
        revenue="1,5 tỷ",
        revenue_year="2025",
        owner_is_woman="on",
        uses_local_material="on",
    )
    row = Enterprise.objects.get()
    assert (row.sector_group, row.industry, row.craft_village) == (sector, industry, village)
    assert (row.workers_female, row.workers_minority) == (7, 10)
    assert (row.capital, row.revenue, row.revenue_year) == (300_000_000, 1_500_000_000, 2025)
    assert row.owner_is_woman and row.uses_local_material
    assert not (row.owner_is_minority or row.is_exporter or row.has_typical_product)
    text = text_of(page_of(place.people.canbo).get(f"/co-so/{row.pk}/"))
    for shown in (
        *("Chế biến nông sản", "1076 Sản xuất chè", "VSIC 2018", "Làng chè Bản Bo"),
        *("300.000.000", "1.500.000.000", "năm 2025", "phụ nữ làm chủ"),
        *("Doanh nghiệp nhỏ", "chưa đối chiếu văn bản gốc"),
    ):
        assert shown in text, shown
    assert "có hàng xuất khẩu" not in text


def test_only_sectors_of_today_are_offered_and_a_former_one_stays(place):
    former = Sector.objects.create(code="cu", name="Ngành cũ", valid_to="2020-12-31")
    Sector.objects.create(code="sau", name="Ngành sau này", valid_from="2099-01-01")
    now = Sector.objects.create(code="nay", name="Ngành nay")
    row = make.enterprise(place)

    def offered(address):
        page = page_of(place.people.canbo).get(address)
        choices = page.context["form"].fields["sector_group"].choices
        return {int(str(value)) for value, _label in choices if value}

    assert offered(NEW) == {now.pk}
    Enterprise.objects.filter(pk=row.pk).update(sector_group=former)
    assert offered(f"/co-so/{row.pk}/sua/") == {former.pk, now.pk}


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
        ("sector_group", "9", "không còn"),
        ("industry", "9", "không còn"),
        ("craft_village", "9", "không còn"),
        ("workers", "-1", "từ 0 trở lên"),
        ("workers", "1.5", "số nguyên"),
        ("workers", "9" * 30, "từ 1000000 trở xuống"),
        ("workers_female", "13", "Không nhiều hơn số lao động (12)"),
        ("workers_minority", "13", "Không nhiều hơn số lao động (12)"),
        ("capital", "nhiều", "Không"),
        ("capital", "-5", ""),
        ("revenue", "9" * 30, ""),
        ("revenue_year", "3000", "Năm phải từ năm nay trở về trước"),
        ("revenue_year", "năm", "số nguyên"),
        ("phone", "0" * 31, "dài tối đa 30"),
        ("number", "123", "10 hoặc 13 chữ số"),
        ("number", "99000abc16", "10 hoặc 13 chữ số"),
        ("number", "٩٩٠٠٠٠٠٠١٦", "10 hoặc 13 chữ số"),
        ("number", "9" * 41, "dài tối đa 40"),
        ("number_kind", "passport", "không còn"),
        ("number_from", "31/02/2026", ""),
        ("number_from", "01/01/2099", "không được sau hôm nay"),
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


def test_revenue_without_its_year_is_asked_back(place):
    response = add(place, revenue="2 tỷ")
    assert "Nhập năm của doanh thu" in text_of(response)
    assert not Enterprise.objects.exists()


def test_a_craft_village_of_another_province_is_not_offered(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    theirs = CraftVillage.objects.create(province=other.home, name="Làng xa")
    assert "Làng xa" not in text_of(page_of(place.people.canbo).get(NEW))
    assert add(place, craft_village=str(theirs.pk)).status_code == 422


def test_telephone_and_representative_are_for_those_who_keep_the_register(place):
    add(place, kind="household")
    row = Enterprise.objects.get()
    for who, sees in (("canbo2", True), ("sct", True), ("lanhdao", False), ("kiemtoan", False)):
        client = page_of(getattr(place.people, who))
        for address in (LIST, f"/co-so/{row.pk}/"):
            text = text_of(client.get(address))
            assert ("0912 345 678" in text) is sees, (who, address)
            assert ("Lò Văn A" in text) is sees, (who, address)
    assert 'href="tel:0912 345 678"' in text_of(page_of(place.people.sct).get(f"/co-so/{row.pk}/"))


def test_who_may_read_and_who_may_write(place):
    row = make.enterprise(place, "Cơ sở A")
    for who in ("lanhdao", "kiemtoan", "ketoan", "ubnd"):
        client = page_of(getattr(place.people, who))
        page = client.get(f"/co-so/{row.pk}/")
        assert page.status_code == 200
        assert "/sua/" not in text_of(page) and "/gop/" not in text_of(page)
        assert client.get(NEW).status_code == 403
        assert client.post(NEW, sent()).status_code == 403
        assert client.get(f"/co-so/{row.pk}/sua/").status_code == 403
        assert edit(place, row, who).status_code == 403
    assert page_of(place.people.quantri).get(LIST).status_code == 404
    other = make.world("x", "Tỉnh Khác", "TK")
    for user in (other.people.canbo, other.people.lanhdao, place.people.bct):
        client = page_of(user)
        assert client.get(f"/co-so/{row.pk}/").status_code == 404
        assert client.post(f"/co-so/{row.pk}/sua/", sent(version="1")).status_code == 404
        assert "Cơ sở A" not in text_of(client.get(LIST))
    assert page_of(place.people.cuc).get(NEW).status_code == 403
    row.refresh_from_db()
    assert row.name == "Cơ sở A"


def test_two_who_edit_at_once_are_shown_both_versions(place):
    add(place)
    row = Enterprise.objects.get()
    first = sent(version=str(row.version), sector="Chè sạch")
    second = sent(version=str(row.version), sector="Miến dong")
    client = page_of(place.people.canbo)
    address = f"/co-so/{row.pk}/sua/"
    assert client.post(address, first).status_code == 302
    response = client.post(address, second)
    assert response.status_code == 409
    text = text_of(response)
    assert "Người khác vừa sửa cơ sở này" in text
    assert 'value="Miến dong"' in text, "what was typed is still there"
    assert [(row["stored"], row["typed"]) for row in response.context["theirs"]] == [
        ("Chè sạch", "Miến dong")
    ]
    row.refresh_from_db()
    assert row.sector == "Chè sạch"
    assert f'name="version" value="{row.version}"' in text
    for version in ("", "abc", "-1", "9" * 40):
        again = client.post(address, second | {"version": version})
        assert again.status_code == 409, version
    assert client.post(address, second | {"version": str(row.version)}).status_code == 302


def test_every_entry_and_change_leaves_a_row_without_a_persons_data(place):
    add(place, number=PERSON, kind="household")
    row = Enterprise.objects.get()
    edit(place, row, "sct", kind="household", phone="0987 654 321", sector="Miến dong")
    assert [audit.sentence(entry) for entry in audit.trail(row)] == [
        "Người canbo (Trung tâm Khuyến công Tỉnh Thử) thêm cơ sở vào sổ",
        "Người canbo (Trung tâm Khuyến công Tỉnh Thử) thêm mã: Số định danh cá nhân",
        "Người sct (Sở Công Thương Tỉnh Thử) sửa: điện thoại, ngành nghề",
    ]
    kept = "".join(str(entry.changes) for entry in audit.trail(row))
    for secret in (PERSON, "8901", "0912", "0987", "Lò Văn A"):
        assert secret not in kept
    edit(place, row, kind="household", phone="0987 654 321", sector="Miến dong")
    assert audit.trail(row).count() == 3, "what is not changed leaves no row"
    for who, sees in (("canbo2", True), ("kiemtoan", True), ("lanhdao", False)):
        page = page_of(getattr(place.people, who)).get(f"/co-so/{row.pk}/")
        assert ("thêm cơ sở vào sổ" in text_of(page)) is sees, who


def test_the_page_shows_the_support_one_may_see_and_counts_the_rest(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.approved(place, {"provincial": 120}, title="Máy sao chè")
    row = proposal.beneficiaries.get().enterprise
    proposal.beneficiaries.update(support=70 * make.TRIEU)
    page = page_of(place.people.canbo).get(f"/co-so/{row.pk}/")
    (support,) = page.context["history"].rows
    assert (support.promise.approved, support.latest) == (120 * make.TRIEU, 120 * make.TRIEU)
    assert support.promise.committed == 120 * make.TRIEU
    assert (support.part, support.activities) == (70 * make.TRIEU, ["KC3d"])
    text = text_of(page)
    for shown in ("Máy sao chè", proposal.code, "KC3d", "120,0", "70,0", "Tỉnh", "Đã phê duyệt"):
        assert shown in text, shown
    assert "không được xem" not in text
    other = text_of(page_of(place.people.canbo2).get(f"/co-so/{row.pk}/"))
    assert "Máy sao chè" not in other and proposal.code not in other
    assert "Chưa có đề án nào cho cơ sở này" in other
    assert "Còn 1 đề án khác bạn không được xem" in other


def test_a_support_history_of_any_length_costs_the_same(place):
    proposal = make.submitted(place)
    row = proposal.beneficiaries.get().enterprise
    client = page_of(place.people.sct)

    def asked():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/co-so/{row.pk}/").status_code == 200
        return len(seen)

    asked()
    before = asked()
    for _number in range(4):
        make.submitted(place).beneficiaries.update(enterprise=row)
    assert asked() == before
    assert before <= 24


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


def test_it_is_found_by_sector_numbers_places_old_and_new_and_village(place):
    old = Place.objects.create(
        name="Phúc Khoa", kind="xã", level="commune", parent=place.home, valid_to="2025-06-30"
    )
    PlaceChange.objects.create(old=old, new=place.commune, kind="merged", effective_on="2025-07-01")
    sector = Sector.objects.create(code="x", name="Tiểu thủ công nghiệp")
    village = CraftVillage.objects.create(province=place.home, name="Làng mây tre Nà Luồng")
    row = Enterprise(
        province=place.home,
        name="Cơ sở Đàn Tính",
        kind="household",
        place=place.commune,
        sector="Nhạc cụ",
        sector_group=sector,
        craft_village=village,
    )
    numbers = (
        register.Number("licence", "23a8001234"),
        register.Number("tax13", "0100233488001"),
        register.Number("personal12", PERSON),
        register.Number("other", "123456789"),
    )
    register.save(row, by=place.people.canbo, numbers=numbers)
    make.enterprise(place, "Cơ sở khác")
    for query in (
        *("dan tinh", "nhac cu", "tieu thu cong", "phuc khoa", "ban thu", "na luong"),
        *("23A8001234", "0100233488001", "0100233488-001", "Phúc Khoa nhạc cụ"),
    ):
        assert list(Enterprise.objects.matching(query).filter(pk=row.pk)) == [row], query
    for query in (PERSON, "8901", "123456789"):
        assert not Enterprise.objects.matching(query).exists(), query


def test_names_stand_in_vietnamese_order_in_list_and_form(place):
    for name in ("Đồng Tâm", "Dương Gia", "An Bình", "Ân Thi", "Ăn Sạch", "Eo Gió"):
        make.enterprise(place, name)
    rows = page_of(place.people.canbo).get(LIST).context["rows"]
    names = [row.name for row, _numbers in rows]
    assert names == ["An Bình", "Ăn Sạch", "Ân Thi", "Dương Gia", "Đồng Tâm", "Eo Gió"]


def test_a_dossier_is_found_by_the_new_name_and_number_of_its_establishment(place):
    from projects.models import Proposal

    proposal = make.draft(place)
    row = proposal.beneficiaries.get().enterprise
    row.name = "HTX Mây Ngàn"
    register.save(row, by=place.people.canbo)
    assert proposal in Proposal.objects.matching("may ngan")
    register.add_identifier(row, register.Number("tax10", RIGHT), by=place.people.canbo)
    assert proposal in Proposal.objects.matching(RIGHT)


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
    for address in (LIST, f"/co-so/{row.pk}/", f"/co-so/{row.pk}/sua/"):
        text = text_of(page_of(place.people.canbo).get(address))
        assert "<script>alert" not in text
        assert "0<b>1" not in text
