"""Papers of a draft: sent, kept, listed, taken away; by whom, how many, and what is refused."""

import threading

import pytest
from django.conf import settings as portal
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from khuyencong.core.models import AuditEntry, StoredFile
from khuyencong.core.refusals import NotAllowed, Refused
from projects import attaching, papers_of_dossier
from projects.attaching import Given
from projects.firing import fire
from projects.models import Attachment, Proposal
from tests import make, papers
from tests.projects.pages import page_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


@pytest.fixture
def draft(place):
    papers.requirement("cong-van")
    return make.draft(place)


def send(user, proposal, *uploads, accept: str = "", **fields):
    headers = {"Accept": accept} if accept else {}
    return page_of(user).post(
        f"/de-an/{proposal.code}/tep/", {"files": list(uploads), **fields}, headers=headers
    )


def bytes_kept() -> list:
    root = portal.MEDIA_ROOT
    return [path for path in root.rglob("*") if path.is_file()]


def titles(proposal) -> list[str]:
    return [row.title for row in Attachment.objects.filter(proposal=proposal, removed_at=None)]


# --- sending --------------------------------------------------------------------------------------


def test_several_files_go_to_their_place_in_the_checklist(place, draft):
    sent = [papers.upload("Công văn số 5.pdf"), papers.upload("phụ lục.pdf")]
    response = send(place.people.canbo, draft, *sent, requirement="cong-van")
    assert response.status_code == 302
    assert response["Location"] == f"/de-an/{draft.code}/sua/ho-so/"
    rows = Attachment.objects.filter(proposal=draft)
    assert [(row.title, row.requirement.code) for row in rows] == [
        ("Công văn số 5", "cong-van"),
        ("phụ lục", "cong-van"),
    ]
    assert {row.file.uploaded_by for row in rows} == {place.people.canbo}


def test_files_lie_under_names_of_our_own_outside_of_what_is_served(place, draft):
    send(place.people.canbo, draft, papers.upload("../../bi mat.pdf"), requirement="cong-van")
    (path,) = bytes_kept()
    stored = StoredFile.objects.get()
    assert path == portal.MEDIA_ROOT / stored.content.name
    assert "mat" not in str(path.relative_to(portal.MEDIA_ROOT)) and not path.suffix
    assert stored.name == "bi mat.pdf"
    assert not portal.MEDIA_ROOT.is_relative_to(portal.STATIC_ROOT)


def test_what_is_wrong_is_named_and_what_is_right_is_kept(place, draft):
    page = b"<html><script>alert(1)</script>"
    sent = [
        papers.upload("dung.pdf"),
        papers.upload("trang.pdf", page),
        papers.upload("rong.pdf", b""),
    ]
    client = page_of(place.people.canbo)
    response = client.post(
        f"/de-an/{draft.code}/tep/",
        {"files": sent, "requirement": "cong-van"},
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 422
    answer = response.json()
    assert answer["saved"] == ["dung"]
    assert answer["faults"][0].startswith("trang.pdf: Chỉ nhận tệp PDF")
    assert titles(draft) == ["dung"]
    assert len(bytes_kept()) == 1, "what is refused leaves nothing behind"


def test_without_a_script_the_page_says_what_happened(place, draft):
    client = page_of(place.people.canbo)
    address = f"/de-an/{draft.code}/tep/"
    client.post(address, {"files": [papers.upload("a.pdf", b"text")], "requirement": "cong-van"})
    said = text_of(client.get(f"/de-an/{draft.code}/"))
    assert "a.pdf: Chỉ nhận tệp PDF" in said
    client.post(address, {"requirement": "cong-van"})
    assert "Chọn ít nhất một tệp." in text_of(client.get(f"/de-an/{draft.code}/"))
    client.post(address, {"files": [papers.upload()], "requirement": "cong-van"})
    assert "Đã tải lên 1 tệp." in text_of(client.get(f"/de-an/{draft.code}/"))


def test_a_newer_paper_stands_beside_the_older_one(place, draft):
    for _time in range(2):
        papers.attach(draft, "cong-van", by=place.people.canbo)
    assert len(titles(draft)) == 2


def test_the_same_file_sent_again_is_there_once(place, draft):
    content = papers.pdf()
    for _time in range(2):
        papers.attach(draft, "cong-van", by=place.people.canbo, content=content)
    assert len(titles(draft)) == len(bytes_kept()) == StoredFile.objects.count() == 1


def test_another_document_needs_a_title_of_its_own(place, draft):
    response = send(place.people.canbo, draft, papers.upload(), accept="application/json")
    assert response.status_code == 422
    assert "Nhập tên tài liệu khác." in response.json()["faults"][0]
    sent = [papers.upload(), papers.upload()]
    send(place.people.canbo, draft, *sent, title="Biên bản khảo sát")
    assert titles(draft) == ["Biên bản khảo sát", "Biên bản khảo sát (2)"]


@pytest.mark.parametrize(
    ("name", "title", "said"),
    [
        ("a\x00.pdf", "Ảnh", "ký tự hỏng"),
        ("a.pdf", "x" * 201, "dài quá 200"),
        ("a.pdf", "a\x00b", "ký tự hỏng"),
        ("a.jpg", "Ảnh", "nội dung là PDF"),
    ],
)
def test_names_and_titles_are_read_strictly(place, draft, name, title, said):
    with pytest.raises(Refused, match=said):
        attaching.attach(draft, Given(papers.upload(), name, title=title), by=place.people.canbo)
    assert not bytes_kept()


def test_a_paper_that_is_not_on_the_list_is_refused(place, draft):
    response = send(
        place.people.canbo, draft, papers.upload(), requirement="khong", accept="application/json"
    )
    assert response.status_code == 422
    assert "Tải lại trang" in response.json()["faults"][0]


# --- how many -------------------------------------------------------------------------------------


def test_a_dossier_holds_so_many_files(place, draft, monkeypatch):
    monkeypatch.setattr(papers_of_dossier, "MAX_FILES", 2)
    for _time in range(2):
        papers.attach(draft, "cong-van", by=place.people.canbo)
    with pytest.raises(Refused, match="đã có 2 tệp, là mức tối đa"):
        papers.attach(draft, by=place.people.canbo)
    assert len(bytes_kept()) == 2


def test_a_dossier_holds_so_many_bytes(place, draft, monkeypatch):
    content = papers.pdf()
    monkeypatch.setattr(papers_of_dossier, "MAX_BYTES", 2 * len(content))
    papers.attach(draft, "cong-van", by=place.people.canbo, content=content)
    with pytest.raises(Refused, match="Giảm dung lượng hoặc gỡ tệp"):
        papers.attach(draft, by=place.people.canbo, content=papers.pdf(behind=b"x" * len(content)))
    assert len(titles(draft)) == 1


def test_the_limits_are_those_that_were_promised():
    assert papers_of_dossier.MAX_FILES == 50
    assert papers_of_dossier.MAX_BYTES == 200 * 2**20
    assert portal.UPLOAD_MAX_BYTES == 20 * 2**20


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_are_counted_one_after_the_other(place, draft, monkeypatch):
    monkeypatch.setattr(papers_of_dossier, "MAX_FILES", 1)
    outcomes, together = [], threading.Barrier(2)

    def one():
        together.wait(20)
        try:
            papers.attach(draft, "cong-van", by=place.people.canbo)
            outcomes.append("kept")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["kept", "refused"]
    assert len(bytes_kept()) == 1


def test_a_larger_request_than_any_is_answered_with_the_limit(place, draft, settings):
    settings.UPLOAD_MAX_REQUEST_BYTES = 10_000
    big = papers.upload("to.pdf", papers.pdf() + bytes(20_000))
    response = send(place.people.canbo, draft, big, requirement="cong-van")
    assert response.status_code == 413
    assert "mỗi tệp tối đa 20 MB" in text_of(response)
    assert not Attachment.objects.exists()


def test_one_file_over_the_limit_is_refused_by_name(place, draft, settings):
    settings.UPLOAD_MAX_BYTES = 2**20
    big = papers.upload("to.pdf", papers.pdf() + bytes(2**20))
    response = send(
        place.people.canbo, draft, big, requirement="cong-van", accept="application/json"
    )
    assert "to.pdf: Tệp lớn hơn 1 MB" in response.json()["faults"][0]


def test_a_form_of_text_without_end_is_answered_with_the_limit(place, draft):
    response = page_of(place.people.canbo).post(
        f"/de-an/{draft.code}/tep/",
        b"title=" + bytes(6 * 2**20),
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 413
    assert "tối đa 5 MB" in text_of(response)


def test_more_files_than_a_request_may_have_are_answered_in_words(place, draft, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    response = send(
        place.people.canbo, draft, *[papers.upload() for _n in range(3)], requirement="cong-van"
    )
    assert response.status_code == 400
    assert "mỗi lần tối đa 2 tệp" in text_of(response)


def test_a_script_that_sends_too_many_files_is_answered_in_its_own_way(place, draft, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    sent = [papers.upload() for _n in range(3)]
    response = send(place.people.canbo, draft, *sent, accept="application/json")
    assert (response.status_code, response["Content-Type"]) == (400, "application/json")
    told = response.json()
    assert "mỗi lần tối đa 2 tệp" in told["message"]
    assert told["faults"] == [told["message"]]


# --- who ------------------------------------------------------------------------------------------


def test_only_the_unit_changes_the_papers_of_its_draft(place, draft):
    people = place.people
    row = papers.attach(draft, "cong-van", by=people.canbo)
    for user in (people.sct, people.lanhdao, people.hethong):
        assert send(user, draft, papers.upload(), requirement="cong-van").status_code == 403
        address = f"/de-an/{draft.code}/tep/{row.file_id}/go/"
        assert page_of(user).post(address).status_code == 403
    assert send(people.canbo2, draft, papers.upload()).status_code == 404
    assert titles(draft) == ["van-ban"]


def test_a_submitted_dossier_keeps_its_papers(place, draft):
    people = place.people
    row = papers.attach(draft, "cong-van", by=people.canbo)
    fire(draft, "submit", by=people.canbo)
    response = send(
        people.canbo, draft, papers.upload(), requirement="cong-van", accept="application/json"
    )
    assert response.status_code == 403
    assert "không sửa được" in response.json()["faults"][0]
    with pytest.raises(NotAllowed):
        papers.attach(draft, "cong-van", by=people.canbo)
    with pytest.raises(NotAllowed):
        attaching.remove(row, by=people.canbo)


# --- taking away ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_before_the_first_submission_a_file_goes_with_its_bytes(place, draft):
    row = papers.attach(draft, "cong-van", by=place.people.canbo)
    client = page_of(place.people.canbo)
    address = f"/de-an/{draft.code}/tep/{row.file_id}/go/"
    asked = client.get(address)
    assert "bị xóa hẳn" in text_of(asked) and bytes_kept()
    assert client.post(address).status_code == 302
    assert not Attachment.objects.exists() and not StoredFile.objects.exists()
    assert not bytes_kept()
    assert client.post(address).status_code == 302, "pressed twice"
    assert client.get(address).status_code == 404


def test_what_was_submitted_is_set_aside_and_stays_readable(place, draft):
    people = place.people
    row = papers.attach(draft, "cong-van", by=people.canbo)
    fire(draft, "submit", by=people.canbo)
    fire(draft, "return", by=people.sct, reason="Thiếu")
    client = page_of(people.canbo)
    assert "xem lại được" in text_of(client.get(f"/de-an/{draft.code}/tep/{row.file_id}/go/"))
    client.post(f"/de-an/{draft.code}/tep/{row.file_id}/go/")
    row.refresh_from_db()
    assert row.removed_at and row.removed_by == people.canbo
    assert titles(draft) == [] and len(bytes_kept()) == 1
    for user in (people.canbo, people.sct, people.lanhdao):
        served = page_of(user).get(f"/de-an/{draft.code}/tep/{row.file_id}/")
        assert served.status_code == 200
    with pytest.raises(Refused, match="Đính kèm «Giấy cong-van»"):
        fire(draft, "submit", by=people.canbo)
    text = text_of(page_of(people.sct).get(f"/de-an/{draft.code}/"))
    assert "1 tệp của các lần trình trước, nay đã gỡ" in text
    assert "gỡ «van-ban» khỏi hồ sơ; tệp vẫn được lưu" in text


def test_the_trail_tells_of_papers_from_the_first_submission_on(place, draft):
    people = place.people
    papers.attach(draft, "cong-van", by=people.canbo)
    rows = AuditEntry.objects.filter(subject_id=draft.pk, action="projects.proposal.attach")
    assert not rows.exists(), "a first draft is its unit's own affair"
    fire(draft, "submit", by=people.canbo)
    fire(draft, "return", by=people.sct, reason="Thiếu")
    made = papers.attach(draft, by=people.canbo)
    (entry,) = rows
    assert entry.changes == {"title": "Thêm", "requirement": "", "sha256": made.file.sha256}
    text = text_of(page_of(people.sct).get(f"/de-an/{draft.code}/"))
    assert "đính kèm «Thêm»" in text


def test_taking_away_leaves_the_other_papers_alone(place, draft):
    first, second = (papers.attach(draft, "cong-van", by=place.people.canbo) for _n in range(2))
    attaching.remove(first, by=place.people.canbo)
    attaching.remove(first, by=place.people.canbo)
    assert [row.pk for row in Attachment.objects.all()] == [second.pk]


# --- where they are seen --------------------------------------------------------------------------


def test_a_file_is_served_as_an_attachment_to_who_sees_the_dossier(place, draft):
    content = papers.pdf()
    row = papers.attach(draft, "cong-van", by=place.people.canbo, content=content)
    address = f"/de-an/{draft.code}/tep/{row.file_id}/"
    response = page_of(place.people.sct).get(address)
    assert b"".join(response.streaming_content) == content
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/pdf"
    assert page_of(place.people.canbo2).get(address).status_code == 404
    other = make.draft(place, title="Máy khác")
    elsewhere = f"/de-an/{other.code}/tep/{row.file_id}/"
    assert page_of(place.people.sct).get(elsewhere).status_code == 404


def test_the_round_keeps_which_papers_it_had(place, draft):
    row = papers.attach(draft, "cong-van", by=place.people.canbo)
    fire(draft, "submit", by=place.people.canbo)
    said = Proposal.objects.get(pk=draft.pk).snapshots.get().content["attachments"]
    assert said == [{"title": "van-ban", "requirement": "cong-van", "sha256": row.file.sha256}]


def test_the_desk_shows_which_papers_came_and_went_since_the_last_round(place, draft):
    people = place.people
    old = papers.attach(draft, "cong-van", by=people.canbo)
    fire(draft, "submit", by=people.canbo)
    fire(draft, "return", by=people.sct, reason="Công văn quá hạn")
    attaching.remove(old, by=people.canbo)
    given = Given(papers.upload(), "x.pdf", "cong-van", "Công văn mới")
    attaching.attach(draft, given, by=people.canbo)
    fire(draft, "submit", by=people.canbo)
    text = text_of(page_of(people.sct).get(f"/tham-dinh/{draft.code}/"))
    changes = text[text.index('id="dif"') : text.index("</table>", text.index('id="dif"'))]
    assert "<del>van-ban</del>" in changes and "<ins>Công văn mới</ins>" in changes


def test_the_page_of_the_dossier_lists_papers_under_what_they_are(place, draft):
    papers.attach(draft, "cong-van", by=place.people.canbo)
    papers.attach(draft, by=place.people.canbo)
    text = text_of(page_of(place.people.sct).get(f"/de-an/{draft.code}/"))
    assert text.index("Giấy cong-van") < text.index("van-ban</a>")
    assert text.index("Tài liệu khác") < text.index("Thêm</a>")
    assert "PDF," in text and place.people.canbo.full_name in text


def test_the_api_names_the_papers_a_dossier_has(place, draft):
    from tests.api.clients import client_of

    row = papers.attach(draft, "cong-van", by=place.people.canbo)
    found = client_of(place.people.sct).get(f"/api/v1/proposals/{draft.code}/").json()
    (paper,) = found["attachments"]
    assert paper["requirement"] == "cong-van" and paper["scan"] == "off"
    assert (paper["size"], paper["sha256"]) == (row.file.size, row.file.sha256)


def test_the_section_says_what_is_there_and_what_is_missing(place, draft):
    papers.requirement("anh", is_required=False, hint="Chụp nhà xưởng", legal_ref="Điều 5")
    papers.requirement("bien-ban", stage="acceptance")
    response = send(
        place.people.canbo,
        draft,
        papers.upload(),
        requirement="cong-van",
        accept="application/json",
    )
    html = response.json()["html"]
    assert "có 1 trên 1 giấy tờ bắt buộc" in html
    assert "Chụp nhà xưởng. Điều 5" in html and "(không bắt buộc)" in html
    assert "(khi nghiệm thu)" in html
    assert html.count('type="file"') == 2 * 4, "each paper, and the others"
    assert 'capture="environment"' in html


def test_the_section_costs_the_same_however_many_papers_there_are(place, draft):
    client = page_of(place.people.canbo)
    address = reverse("attachment_new", kwargs={"code": draft.code})

    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(address, headers={"HX-Request": "true"}).status_code == 200
        return len(counted)

    client.get(address, headers={"HX-Request": "true"})
    before = cost()
    for number in range(6):
        papers.requirement(f"giay-{number}")
        papers.attach(draft, f"giay-{number}", by=place.people.canbo)
    assert cost() == before <= 20
