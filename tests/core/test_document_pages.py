"""The register of documents: who sees which, what rests on them, and their files."""

import datetime
import io

import pytest
from django.test import Client

from khuyencong.core import files
from khuyencong.core.models import LegalDocument
from projects.firing import fire
from tests import make
from tests.projects.pages import page_of, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.world()


def document(number, *, file=None, **fields):
    fields = {"kind": "decree", "issuer_name": "Chính phủ", "title": "Về khuyến công"} | fields
    return LegalDocument.objects.create(number=number, file=file, **fields)


def stored(words=b"%PDF-1.4 minh hoa"):
    return files.store(io.BytesIO(words), "nghị định.pdf", "application/pdf", None)


def test_everybody_with_an_account_reads_national_documents(place):
    document("45/2012/NĐ-CP", issued_on=datetime.date(2012, 5, 21))
    for user in vars(place.people).values():
        response = page_of(user).get("/van-ban/")
        assert response.status_code == 200
        assert "Nghị định 45/2012/NĐ-CP" in words_of(response) and "21/05/2012" in words_of(
            response
        )
    assert Client().get("/van-ban/").status_code == 302


def test_a_missing_date_is_said_and_what_rests_on_a_document_is_told(place):
    make.allot(place, "provincial", 2026, 500)
    text = words_of(page_of(place.people.lanhdao).get("/van-ban/"))
    assert "chưa có ngày" in text
    assert f"Phê duyệt {place.programme}" in text
    assert "Giao dự toán 500 triệu đồng" in text


def test_other_provinces_documents_are_not_there(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    theirs = document("KH-9/QĐ-UBND", province=other.home, file=stored())
    client = page_of(place.people.lanhdao)
    assert "KH-9/QĐ-UBND" not in words_of(client.get("/van-ban/"))
    assert client.get(f"/van-ban/{theirs.pk}/tep/").status_code == 404
    assert page_of(other.people.lanhdao).get(f"/van-ban/{theirs.pk}/tep/").status_code == 200


def test_papers_of_a_dossier_are_for_those_who_may_see_it(place):
    proposal = make.ready_to_approve(place, {"provincial": 100})
    paper = make.paper("QĐ-UBND", file=stored())
    fire(proposal, "approve", by=place.people.ubnd, paper=paper)
    decision = LegalDocument.objects.get(number=paper.number, issuer=place.orgs.committee)
    for who in ("canbo", "sct", "sct_head", "stc", "ubnd", "ketoan", "lanhdao", "kiemtoan"):
        client = page_of(getattr(place.people, who))
        text = words_of(client.get("/van-ban/"))
        assert paper.number in text and "Phê duyệt 1 đề án" in text, who
        assert client.get(f"/van-ban/{decision.pk}/tep/").status_code == 200, who
    for who in ("canbo2", "cuc", "quantri"):
        client = page_of(getattr(place.people, who))
        assert paper.number not in words_of(client.get("/van-ban/")), who
        assert client.get(f"/van-ban/{decision.pk}/tep/").status_code == 404, who


def test_a_file_comes_as_an_attachment_and_only_where_there_is_one(place):
    held = document("45/2012/NĐ-CP", file=stored())
    bare = document("46/2012/TT-BCT", kind="circular")
    client = page_of(place.people.canbo)
    response = client.get(f"/van-ban/{held.pk}/tep/")
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) == b"%PDF-1.4 minh hoa"
    assert client.get(f"/van-ban/{bare.pk}/tep/").status_code == 404
    assert client.get("/van-ban/99999999/tep/").status_code == 404


def numbers(response):
    return [row["document"].number for row in response.context["page_obj"].object_list]


def test_the_register_is_narrowed_by_kind_year_and_words(place):
    LegalDocument.objects.update(title="")
    document("45/2012/NĐ-CP", issued_on=datetime.date(2012, 5, 21))
    document("235/2025/NĐ-CP", issued_on=datetime.date(2025, 8, 27))
    document("46/2012/TT-BCT", kind="circular", issued_on=datetime.date(2012, 12, 28))
    client = page_of(place.people.lanhdao)
    assert numbers(client.get("/van-ban/?kind=circular")) == ["46/2012/TT-BCT"]
    assert numbers(client.get("/van-ban/?year=2012")) == ["46/2012/TT-BCT", "45/2012/NĐ-CP"]
    assert numbers(client.get("/van-ban/?year=2012&kind=decree")) == ["45/2012/NĐ-CP"]
    assert numbers(client.get("/van-ban/?text=235")) == ["235/2025/NĐ-CP"]
    assert numbers(client.get("/van-ban/?text=khuyến công&year=2025")) == ["235/2025/NĐ-CP"]
    undated = numbers(client.get("/van-ban/?year=undated"))
    assert undated and "45/2012/NĐ-CP" not in undated
    assert "Không có văn bản khớp" in words_of(client.get("/van-ban/?text=khongco"))


@pytest.mark.parametrize("query", ["kind=la", "year=2012abc", "page=x", "year=-1"])
def test_a_filter_that_makes_no_sense_narrows_nothing(place, query):
    document("45/2012/NĐ-CP")
    response = page_of(place.people.lanhdao).get(f"/van-ban/?{query}")
    assert response.status_code == 200
    assert "45/2012/NĐ-CP" in numbers(response)


def test_the_register_asks_a_fixed_number_of_questions(place, django_assert_max_num_queries):
    client = page_of(place.people.canbo2)
    for number in range(30):
        document(f"{number}/2020/NĐ-CP", issued_on=datetime.date(2020, 1, 2))
    client.get("/van-ban/")
    with django_assert_max_num_queries(16):
        client.get("/van-ban/")
