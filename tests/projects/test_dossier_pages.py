"""The proposal's page, the page of every verb, and the desk, as people see them."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from khuyencong.core import clock, invariants
from projects.firing import fire
from projects.models import Proposal, Review
from projects.workflow import TABLE
from tests import make
from tests.projects.pages import page_of, text_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>\nendobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n190\n%%EOF\n"  # noqa: E501


@pytest.fixture
def place():
    return make.world()


@pytest.fixture(autouse=True)
def nothing_is_broken():
    yield
    assert list(invariants.violations()) == []


def test_who_may_not_see_a_dossier_finds_nothing_there(place):
    proposal = make.draft(place)
    other = make.world("x", "Tỉnh Khác", "TK")
    strangers = [place.people.canbo2, place.people.stc, place.people.bct, place.people.quantri]
    strangers += [other.people.sct, other.people.lanhdao]
    for user in strangers:
        for address in ("", "thao-tac/submit/", "tep/1/"):
            response = page_of(user).get(f"/de-an/{proposal.code}/{address}")
            assert response.status_code == 404, (user, address)


def test_the_trail_reads_as_sentences_on_the_page(place):
    proposal = make.approved(place, {"provincial": 100})
    text = text_of(page_of(place.people.lanhdao).get(f"/de-an/{proposal.code}/"))
    assert "trình thẩm định lần 1, đề nghị ngân sách hỗ trợ 100 triệu đồng" in text
    assert "phê duyệt nguồn Ngân sách tỉnh: 100 triệu đồng" in text
    assert "projects." not in text


def test_an_office_sees_a_dossier_once_it_has_reached_it_and_ever_after(place):
    proposal = make.submitted(place, {"provincial": 100})
    assert page_of(place.people.stc).get(f"/de-an/{proposal.code}/").status_code == 404
    fire(proposal, "pass", by=place.people.sct)
    fire(proposal, "conclude", by=place.people.sct_head)
    assert page_of(place.people.stc).get(f"/de-an/{proposal.code}/").status_code == 200
    fire(proposal, "pass", by=place.people.stc)
    assert page_of(place.people.stc).get(f"/de-an/{proposal.code}/").status_code == 200


def test_submitting_from_the_page_and_the_same_page_twice(place):
    proposal = make.draft(place)
    client = page_of(place.people.canbo)
    sent = {"expected_version": proposal.version}
    address = f"/de-an/{proposal.code}/thao-tac/submit/"
    first = client.post(address, sent)
    assert first.status_code == 302
    again = client.post(address, sent)
    assert again.status_code == 409
    assert "Đã trình" in text_of(again)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.round) == ("submitted", 1)


def test_a_stale_page_is_told_so_and_nothing_is_written(place):
    proposal = make.submitted(place)
    client = page_of(place.people.sct)
    sent = {"verb": "return", "reason": "Thiếu báo giá", "expected_version": proposal.version - 1}
    response = client.post(f"/tham-dinh/{proposal.code}/", sent)
    assert response.status_code == 422
    assert "đã thay đổi từ lúc bạn mở trang" in text_of(response)
    assert "Thiếu báo giá" in text_of(response), "what was typed is still there"
    proposal.refresh_from_db()
    assert proposal.status == "submitted"


def test_the_desk_takes_a_dossier_through_both_signatures(place):
    proposal = make.submitted(place, {"provincial": 150, "national": 50})
    specialist, head = page_of(place.people.sct), page_of(place.people.sct_head)
    assert proposal.code in text_of(specialist.get("/tham-dinh/"))
    desk = f"/tham-dinh/{proposal.code}/"
    assert specialist.post(desk, {"verb": "pass"}).status_code == 302
    assert "đề xuất" in text_of(head.get(desk))
    assert head.post(desk, {"verb": "conclude"}).status_code == 302
    steps = {row.organisation.kind for row in Review.objects.filter(verdict="")}
    assert steps == {"finance_department", "national_agency"}


def test_a_return_without_a_reason_names_the_field(place):
    proposal = make.submitted(place)
    response = page_of(place.people.sct).post(f"/tham-dinh/{proposal.code}/", {"verb": "return"})
    assert response.status_code == 422
    assert 'href="#id_reason"' in text_of(response)
    assert "<title>Lỗi:" in text_of(response)


def test_approving_from_the_desk_wants_number_and_date_and_says_all_at_once(place):
    make.allot(place, "provincial", 2026, 300)
    proposal = make.ready_to_approve(place, {"provincial": 200})
    line = proposal.funding_lines.get(source__code="provincial")
    client = page_of(place.people.ubnd)
    desk = f"/tham-dinh/{proposal.code}/"
    missing = client.post(desk, {"verb": "approve", f"amount-{line.pk}": "250tr"})
    text = text_of(missing)
    for anchor in ("document_number", "document_date", f"amount-{line.pk}"):
        assert f'href="#id_{anchor}"' in text
    tomorrow = clock.today() + datetime.timedelta(days=1)
    future = client.post(
        desk,
        {
            "verb": "approve",
            f"amount-{line.pk}": "150tr",
            "document_number": "7/QĐ-UBND",
            "document_date": f"{tomorrow:%d/%m/%Y}",
        },
    )
    assert "không được sau hôm nay" in text_of(future)
    good = client.post(
        desk,
        {
            "verb": "approve",
            f"amount-{line.pk}": "150tr",
            "document_number": "7/QĐ-UBND",
            "document_date": f"{clock.today():%d/%m/%Y}",
        },
    )
    assert good.status_code == 302
    line.refresh_from_db()
    line.cell.refresh_from_db()
    assert (line.approved, line.cell.committed) == (150_000_000, 150_000_000)


def test_the_message_of_a_spent_cell_names_it_and_what_is_left(place):
    make.allot(place, "provincial", 2026, 120)
    proposal = make.ready_to_approve(place, {"provincial": 200}, explain=True)
    response = page_of(place.people.ubnd).post(
        f"/tham-dinh/{proposal.code}/",
        {
            "verb": "approve",
            "document_number": "8/QĐ-UBND",
            "document_date": f"{clock.today():%d/%m/%Y}",
            f"amount-{proposal.funding_lines.get(source__code='provincial').pk}": "200tr",
        },
    )
    text = text_of(response)
    assert response.status_code == 422
    assert "Ngân sách tỉnh năm 2026" in text
    assert "chỉ còn 120 triệu đồng" in text


@pytest.mark.parametrize(
    "typed", ["abc", "-5", "1e9", "0,1", "999999999999999999999999", "300.5", "\x00", "１２"]
)
def test_unreadable_money_comes_back_as_it_was_typed(place, typed):
    proposal = make.submitted(place)
    line = proposal.funding_lines.get(source__code="provincial")
    response = page_of(place.people.sct).post(
        f"/tham-dinh/{proposal.code}/", {"verb": "pass", f"amount-{line.pk}": typed}
    )
    if typed == "１２":
        assert response.status_code in (302, 422)
        return
    assert response.status_code == 422
    assert f'href="#id_amount-{line.pk}"' in text_of(response)
    proposal.refresh_from_db()
    assert proposal.version == make.Proposal.objects.get(pk=proposal.pk).version


def test_the_paper_of_a_body_without_accounts_is_recorded_with_its_scan(place):
    proposal = make.ready_to_approve(place, {"provincial": 90})
    place.people.ubnd.is_active = False
    place.people.ubnd.save()
    client = page_of(place.people.sct)
    desk = f"/tham-dinh/{proposal.code}/"
    line = proposal.funding_lines.get(source__code="provincial")
    sent = {
        "verdict": "approve",
        "document_number": "15/QĐ-UBND",
        "document_date": f"{clock.today():%d/%m/%Y}",
        f"amount-{line.pk}": "90tr",
        "signer": "Chủ tịch",
    }
    assert "Đính kèm bản quét" in text_of(client.post(desk, sent))
    wrong = {**sent, "document_file": SimpleUploadedFile("a.pdf", b"<html>no</html>")}
    assert client.post(desk, wrong).status_code == 422
    scan = SimpleUploadedFile("qd 15.pdf", PDF, content_type="application/pdf")
    assert client.post(desk, {**sent, "document_file": scan}).status_code == 302
    text = text_of(client.get(f"/de-an/{proposal.code}/"))
    assert "ghi nhận văn bản của UBND tỉnh" in text
    document = Review.objects.get(verdict="approve").document
    served = client.get(f"/de-an/{proposal.code}/tep/{document.file_id}/")
    assert b"".join(served.streaming_content) == PDF
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served["Content-Disposition"].startswith("attachment")
    assert (
        page_of(place.people.canbo2)
        .get(f"/de-an/{proposal.code}/tep/{document.file_id}/")
        .status_code
        == 404
    )


def test_a_refused_recording_leaves_no_file_behind(place, settings):
    proposal = make.ready_to_approve(place, {"provincial": 90})
    place.people.ubnd.is_active = False
    place.people.ubnd.save()
    scan = SimpleUploadedFile("qd.pdf", PDF, content_type="application/pdf")
    before = set(settings.MEDIA_ROOT.rglob("*")) if settings.MEDIA_ROOT.exists() else set()
    response = page_of(place.people.sct).post(
        f"/tham-dinh/{proposal.code}/", {"verdict": "approve", "document_file": scan}
    )
    assert response.status_code == 422
    after = {path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()}
    assert after <= before


def test_unknown_verbs_and_codes_are_not_there(place):
    proposal = make.draft(place)
    client = page_of(place.people.canbo)
    assert client.get(f"/de-an/{proposal.code}/thao-tac/xoa/").status_code == 404
    assert client.get("/de-an/XX-1-1/").status_code == 404
    assert client.get("/de-an/%00/").status_code == 400
    assert client.get("/tham-dinh/khong-co/").status_code == 404


def test_every_verb_of_the_table_answers_a_get_without_changing_anything(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.approved(place, {"provincial": 100})
    version = Proposal.objects.get(pk=proposal.pk).version
    for user in (place.people.canbo, place.people.ketoan, place.people.sct_head):
        for verb in TABLE:
            response = page_of(user).get(f"/de-an/{proposal.code}/thao-tac/{verb}/")
            assert response.status_code in (200, 403, 409), (user, verb)
    assert Proposal.objects.get(pk=proposal.pk).version == version


def test_opening_a_dossier_at_the_desk_ends_the_senders_right_to_take_it_back(place):
    proposal = make.submitted(place)
    unit = page_of(place.people.canbo)
    page_of(place.people.lanhdao).get(f"/de-an/{proposal.code}/")
    assert Review.objects.get().opened_at is None, "only the office itself opens its dossier"
    page_of(place.people.sct).get(f"/tham-dinh/{proposal.code}/")
    response = unit.post(f"/de-an/{proposal.code}/thao-tac/take_back/")
    assert response.status_code == 422
    assert "đã mở hồ sơ" in text_of(response)


def test_the_pages_take_a_constant_number_of_queries(place, django_assert_max_num_queries):
    make.allot(place, "provincial", 2026, 900)
    proposal = make.approved(place, {"provincial": 100, "national": 100})
    for number in range(12):
        make.submitted(place, {"provincial": 10}, title=f"Đề án {number}")
    client = page_of(place.people.sct)
    with django_assert_max_num_queries(25):
        client.get(f"/de-an/{proposal.code}/")
    with django_assert_max_num_queries(20):
        client.get("/tham-dinh/")
    with django_assert_max_num_queries(29):
        client.get(f"/tham-dinh/{Proposal.objects.latest('pk').code}/")


def test_texts_of_people_are_shown_as_text(place):
    proposal = make.draft(place, title='<script>alert(1)</script> & "máy"')
    text = text_of(page_of(place.people.canbo).get(f"/de-an/{proposal.code}/"))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
