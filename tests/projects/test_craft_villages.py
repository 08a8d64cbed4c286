"""Craft villages: recognised by a decision, counted through their establishments."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core.models import LegalDocument
from projects.models import CraftVillage, Enterprise
from tests import make
from tests.processes import ROOT
from tests.projects.pages import page_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
SCAN = ROOT / "projects" / "demo" / "data" / "ban-quet-minh-hoa.pdf"
LIST, NEW = "/lang-nghe/", "/lang-nghe/moi/"


def sent(**changes):
    return {
        "name": "Làng mây tre Nà Luồng",
        "trade": "Mây tre đan",
        "place": "",
        "recognised_by": "",
        "document_number": "",
        "document_date": "",
    } | changes


def add(at, /, **changes):
    return page_of(at.people.canbo).post(NEW, sent(**changes))


def decision(place, **fields):
    return LegalDocument.objects.create(
        **{
            "number": "15/QĐ-UBND",
            "kind": "decision",
            "issuer_name": place.orgs.committee.name,
            "province": place.home,
            "issued_on": datetime.date(2019, 5, 6),
        }
        | fields
    )


def test_a_village_is_recognised_by_a_decision_of_the_register(place):
    paper = decision(place)
    response = add(place, place=str(place.commune.pk), recognised_by=str(paper.pk))
    row = CraftVillage.objects.get()
    assert response.url == f"/lang-nghe/{row.pk}/"
    assert (row.province, row.place, row.recognised_by) == (place.home, place.commune, paper)
    text = text_of(page_of(place.people.lanhdao).get(f"/lang-nghe/{row.pk}/"))
    assert "15/QĐ-UBND, 06/05/2019" in text
    papers = text_of(page_of(place.people.lanhdao).get("/van-ban/"))
    assert "Công nhận Làng mây tre Nà Luồng" in papers


def test_a_decision_may_be_entered_with_its_scan_and_is_registered_once(place):
    scan = SimpleUploadedFile("qd.pdf", SCAN.read_bytes())
    add(place, document_number="20/QĐ-UBND", document_date="1/2/2020", document_file=scan)
    paper = CraftVillage.objects.get().recognised_by
    assert (paper.number, paper.kind, paper.issuer) == (
        "20/QĐ-UBND",
        "decision",
        place.orgs.committee,
    )
    assert paper.file and paper.province == place.home
    add(place, name="Làng thứ hai", document_number="20/QĐ-UBND", document_date="1/2/2020")
    assert CraftVillage.objects.get(name="Làng thứ hai").recognised_by == paper
    page = page_of(place.people.canbo).get(f"/lang-nghe/{CraftVillage.objects.first().pk}/")
    assert f"/van-ban/{paper.pk}/" in text_of(page)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "Nhập tên làng nghề"),
        ({"name": "x" * 201}, "dài tối đa 200"),
        ({"name": "a\x00"}, "ký tự hỏng"),
        ({"place": "9"}, "không còn"),
        ({"recognised_by": "999"}, "không còn"),
        ({"document_number": "20/QĐ-UBND"}, "Nhập ngày văn bản"),
        ({"document_date": "1/2/2020"}, "Nhập số văn bản"),
        ({"document_number": "1/QĐ", "document_date": "1/1/2099"}, "không được sau hôm nay"),
        ({"document_number": "1/QĐ", "document_date": "31/2/2020"}, ""),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(place, changes, says):
    response = add(place, **changes)
    assert response.status_code == 422
    assert says in text_of(response)
    assert not CraftVillage.objects.exists()
    assert not LegalDocument.objects.filter(kind="decision", number__startswith="1/").exists()


def test_a_decision_is_chosen_or_entered_not_both(place):
    paper = decision(place)
    response = add(
        place, recognised_by=str(paper.pk), document_number="20/QĐ", document_date="1/2/2020"
    )
    assert "không cả hai" in text_of(response)


def test_a_village_is_in_the_register_once_a_province(place):
    add(place)
    twice = add(place, name="làng mây tre nà luồng")
    assert "đã có trong sổ" in text_of(twice)
    other = make.world("x", "Tỉnh Khác", "TK")
    assert add(other).status_code == 302
    assert CraftVillage.objects.count() == 2


def test_a_village_is_corrected(place):
    paper = decision(place)
    add(place, recognised_by=str(paper.pk))
    row = CraftVillage.objects.get()
    address = f"/lang-nghe/{row.pk}/sua/"
    response = page_of(place.people.sct).post(
        address, sent(trade="Đan lát", recognised_by=str(paper.pk))
    )
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.trade, row.recognised_by) == ("Đan lát", paper)


def test_it_counts_its_establishments_but_not_those_merged_away(place):
    village = CraftVillage.objects.create(province=place.home, name="Làng chè")
    rows = [make.enterprise(place, f"Cơ sở {letter}") for letter in "ABC"]
    Enterprise.objects.filter(pk__in=[row.pk for row in rows]).update(craft_village=village)
    Enterprise.objects.filter(pk=rows[2].pk).update(merged_into=rows[0])
    client = page_of(place.people.lanhdao)
    assert [row.members for row in client.get(LIST).context["page"].rows] == [2]
    page = client.get(f"/lang-nghe/{village.pk}/")
    assert page.context["members"] == rows[:2]
    assert "Làng chè" in text_of(client.get(f"/co-so/{rows[0].pk}/"))


def test_villages_are_found_blind_to_accents(place):
    add(place)
    add(place, name="Làng rèn", trade="Rèn")
    client = page_of(place.people.canbo)
    found = client.get(LIST, {"search": "may tre na luong"}).context["page"].rows
    assert [row.name for row in found] == ["Làng mây tre Nà Luồng"]
    assert "Không có làng nghề khớp" in text_of(client.get(LIST, {"search": "xyz"}))
    for query in ({"page": "x"}, {"page": "9" * 40}, {"search": "%_'<"}):
        assert client.get(LIST, query).status_code == 200
    assert client.get(LIST, {"search": "a\x00"}).status_code == 400
    assert client.get("/lang-nghe/99999999999999999999999/").status_code == 404


def test_who_may_read_and_who_may_write(place):
    row = CraftVillage.objects.create(province=place.home, name="Làng chè")
    for who in ("lanhdao", "kiemtoan", "ketoan"):
        client = page_of(getattr(place.people, who))
        assert client.get(LIST).status_code == client.get(f"/lang-nghe/{row.pk}/").status_code
        assert client.get(NEW).status_code == 403
        assert client.post(f"/lang-nghe/{row.pk}/sua/", sent()).status_code == 403
    other = make.world("x", "Tỉnh Khác", "TK")
    assert page_of(other.people.canbo).get(f"/lang-nghe/{row.pk}/").status_code == 404
    assert page_of(place.people.quantri).get(LIST).status_code == 404
    assert page_of(place.people.cuc).get(NEW).status_code == 403
    row.refresh_from_db()
    assert row.name == "Làng chè"


def test_the_list_takes_a_constant_number_of_queries(place):
    client = page_of(place.people.canbo)

    def asked():
        with CaptureQueriesContext(connection) as seen:
            client.get(LIST)
        return len(seen)

    add(place)
    before = asked()
    for number in range(12):
        CraftVillage.objects.create(province=place.home, name=f"Làng {number}")
    assert asked() == before <= 12
