"""The list of proposals: who sees what, filters that never break, a constant number of queries."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core import clock
from khuyencong.core.models import Place
from projects import drafts
from projects.firing import fire
from projects.models import Proposal
from tests import make
from tests.projects.pages import page_of, text_of

pytestmark = pytest.mark.django_db
LIST = "/de-an/"


def titles(response):
    return [row.proposal.title for row in response.context["rows"]]


def test_each_sees_their_own_and_other_provinces_see_nothing(place):
    make.draft(place, title="Của trung tâm")
    make.draft(place, title="Của hội", by=place.people.canbo2)
    other = make.world("x", "Tỉnh Khác", "TK")
    assert titles(page_of(place.people.canbo).get(LIST)) == ["Của trung tâm"]
    assert titles(page_of(place.people.canbo2).get(LIST)) == ["Của hội"]
    assert titles(page_of(place.people.sct).get(LIST)) == ["Của hội", "Của trung tâm"]
    for user in (other.people.sct, other.people.canbo, place.people.stc, place.people.bct):
        assert titles(page_of(user).get(LIST)) == []
    assert page_of(place.people.quantri).get(LIST).status_code == 404


def test_a_row_says_who_has_the_dossier_and_until_when(place):
    proposal = make.submitted(place, {"provincial": 200}, title="Máy sấy")
    text = text_of(page_of(place.people.canbo).get(LIST))
    assert f"{place.orgs.industry.short_name} thẩm định" in text
    assert "còn 10 ngày" in text
    assert "400,0" in text
    assert "200,0" in text
    with clock.at(clock.today() + datetime.timedelta(days=40)):
        fire(proposal, "pass", by=place.people.sct)
        assert "chờ lãnh đạo kết luận" in text_of(page_of(place.people.sct).get(LIST))
        assert "quá hạn" in text_of(page_of(place.people.sct).get(LIST))
        fire(proposal, "conclude", by=place.people.sct_head)
        text = text_of(page_of(place.people.sct).get(LIST))
    assert f"{place.orgs.finance.short_name} thẩm định" in text


def test_a_national_office_is_never_late(place):
    proposal = make.submitted(place, {"national": 200})
    fire(proposal, "pass", by=place.people.sct)
    fire(proposal, "conclude", by=place.people.sct_head)
    with clock.at(clock.today() + datetime.timedelta(days=400)):
        text = text_of(page_of(place.people.canbo).get(LIST))
    assert "đang ở cơ quan ngoài" in text
    assert "quá hạn" not in text


def test_the_saved_views(place):
    make.draft(place, title="Nháp")
    make.submitted(place, title="Đã gửi")
    returned = make.submitted(place, title="Bị trả")
    fire(returned, "return", by=place.people.sct, reason="Thiếu báo giá")
    make.approved(place, title="Đã duyệt")
    client = page_of(place.people.sct)
    views = {link.label: link.query for link in client.get(LIST).context["asked"].views}
    found = {label: titles(client.get(f"{LIST}?{query}")) for label, query in views.items()}
    assert found["Tất cả"] == ["Đã duyệt", "Bị trả", "Đã gửi", "Nháp"]
    assert found["Chờ tôi xử lý"] == ["Đã gửi"]
    assert found["Trả lại bổ sung"] == ["Bị trả"]
    assert found["Nháp"] == ["Nháp"]
    assert found["Đã phê duyệt"] == ["Đã duyệt"]
    assert found["Đang thẩm định"] == ["Đã gửi"]
    # A unit has no desk, so nothing waits for it there.
    own = page_of(place.people.canbo).get(LIST)
    assert "Chờ tôi xử lý" not in [link.label for link in own.context["asked"].views]


def test_search_is_blind_to_accents_and_finds_code_title_firm_and_place(place):
    make.draft(place, title="Dây chuyền sấy chuối")
    wanted = make.draft(place, title="Máy sao chè")
    firm = wanted.beneficiaries.get().enterprise.name
    client = page_of(place.people.canbo)
    for words in ("may sao che", "MÁY", wanted.code.lower(), f"che {firm}", "ban thu che"):
        assert titles(client.get(LIST, {"search": words})) == ["Máy sao chè"], words
    nothing = client.get(LIST, {"search": "tàu vũ trụ"})
    assert titles(nothing) == []
    assert "Không có đề án khớp" in text_of(nothing)
    assert 'value="tàu vũ trụ"' in text_of(nothing)


def test_filters_narrow_and_chips_undo_them(place):
    make.draft(place, {"provincial": 100}, title="Tỉnh 26")
    make.draft(place, {"national": 100}, title="Quốc gia 26")
    make.draft(place, {"provincial": 100}, title="Tỉnh 27", year=2027)
    make.draft(place, title="Của hội", by=place.people.canbo2)
    client = page_of(place.people.sct)
    asked = {"source": "provincial", "plan_year": "2026", "activity": "KC3d"}
    response = client.get(LIST, {**asked, "implementing_unit": place.orgs.centre.code})
    assert titles(response) == ["Tỉnh 26"]
    chips = {link.label: link.query for link in response.context["asked"].chips}
    assert set(chips) == {
        "Nguồn vốn: Tỉnh",
        "Năm kế hoạch: 2026",
        "Nội dung: Ứng dụng máy móc thiết bị tiên tiến",
        f"Đơn vị thực hiện: {place.orgs.centre.short_name}",
    }
    assert titles(client.get(f"{LIST}?{chips['Năm kế hoạch: 2026']}")) == ["Tỉnh 27", "Tỉnh 26"]
    assert titles(client.get(LIST, {"programme": place.programme.code, "status": "draft"})) == [
        *("Của hội", "Tỉnh 27", "Quốc gia 26", "Tỉnh 26")
    ]
    assert titles(client.get(LIST, {"ordering": "code"}))[0] == "Tỉnh 26"


@pytest.mark.parametrize(
    "query",
    [
        "page=abc",
        "page=-1",
        "page=0",
        f"page=1{'0' * 30}",
        "page=%D9%A3",
        "plan_year=xyz",
        f"plan_year=9{'9' * 40}",
        "plan_year=2026.5",
        "status=nothing&status=draft",
        "source=gold&programme=none&implementing_unit=x&activity=KC99",
        "ordering=title",
        "ordering=-id&ordering=code",
        "search=" + "x" * 5000,
        "search=%25_%27%22%3Cscript%3E",
        "search=%ED%A0%80",
        "search=%00",
        "waiting=maybe",
        "unknown=1&unknown=2",
    ],
)
def test_garbage_in_the_address_is_answered_in_words(place, query):
    make.draft(place)
    response = page_of(place.people.sct).get(f"{LIST}?{query}")
    assert response.status_code == (400 if "%00" in query else 200)
    assert "<script>" not in text_of(response)


def test_what_could_not_be_read_is_said_and_left_out(place):
    make.draft(place, title="Máy")
    response = page_of(place.people.sct).get(f"{LIST}?plan_year=xyz&source=gold&search=may")
    assert titles(response) == ["Máy"]
    assert "Năm kế hoạch «xyz», Nguồn vốn «gold»" in text_of(response)


def test_pages_are_numbered_and_beyond_the_end_comes_the_last(place):
    many(place, 60)
    client = page_of(place.people.canbo)
    first = client.get(LIST)
    assert len(first.context["rows"]) == 25
    assert "1–25 trong 60" in text_of(first)
    assert 'href="?page=3"' in text_of(first)
    for page in ("3", "4", "999999"):
        last = client.get(LIST, {"page": page})
        assert len(last.context["rows"]) == 10, page
        assert "51–60 trong 60" in text_of(last)
    assert "Cộng 10 đề án trang này" in text_of(last)


def test_a_long_list_is_counted_no_further_than_the_cap(place):
    many(place, 1010)
    client = page_of(place.people.canbo)
    response = client.get(LIST)
    assert "Hơn 1.000 đề án" in text_of(response)
    assert 'rel="next"' in text_of(response)
    assert 'href="?page=40"' not in text_of(response)
    assert len(client.get(LIST, {"page": 41}).context["rows"]) == 10
    assert "không dài đến trang này" in text_of(client.get(LIST, {"page": 4000}))


def many(place, count):
    """Drafts straight into the table: only the list is looked at."""
    start = Proposal.objects.count()
    Proposal.objects.bulk_create(
        Proposal(
            code=f"TT-2026-{start + n:05d}",
            programme=place.programme,
            province=place.home,
            plan_year=2026,
            implementing_unit=place.orgs.centre,
            title=f"Đề án {start + n}",
            search_text=f"de an {start + n}",
            created_by=place.people.canbo,
        )
        for n in range(count)
    )


def queries(client, query=""):
    with CaptureQueriesContext(connection) as seen:
        assert client.get(LIST + query).status_code == 200
    return len(seen)


def test_the_number_of_queries_is_small_and_does_not_grow(place):
    for number in range(3):
        make.submitted(place, {"provincial": 10, "national": 10}, title=f"Đề án {number}")
    everything = "?search=an&plan_year=2026&source=provincial&activity=KC3d&status=submitted"
    everything += f"&implementing_unit={place.orgs.centre.code}&page=1&ordering=code"
    reader, judge = page_of(place.people.lanhdao), page_of(place.people.sct)
    before = [queries(reader), queries(judge), queries(judge, everything)]
    many(place, 400)
    for number in range(12):
        make.submitted(place, {"provincial": 10}, title=f"Đề án mới {number}")
    after = [queries(reader), queries(judge), queries(judge, everything)]
    assert after == before
    assert max(before) <= 12


def test_htmx_gets_the_part_below_the_filters_and_a_reload_the_whole(place):
    make.draft(place, title="Máy")
    client = page_of(place.people.canbo)
    part = client.get(LIST, {"search": "may"}, headers={"HX-Request": "true"})
    assert text_of(part).lstrip().startswith('<div id="results">')
    assert 'hx-swap-oob="true"' in text_of(part)
    assert "HX-Request" in part["Vary"]
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<h1>" in text_of(client.get(LIST, headers=back))


def test_it_works_without_a_script(place):
    text = text_of(page_of(place.people.canbo).get(LIST))
    assert "<noscript><button" in text
    assert 'action="/de-an/"' in text


def test_texts_of_people_are_shown_as_text(place):
    Place.objects.filter(pk=place.commune.pk).update(name="<b>Bản</b>")
    make.draft(place, title='<script>alert(1)</script> & "máy"')
    response = page_of(place.people.canbo).get(LIST, {"search": "<img src=x onerror=alert(1)>"})
    assert "<img src=x" not in text_of(response)
    text = text_of(page_of(place.people.canbo).get(LIST))
    assert "<script>alert" not in text
    assert "<b>Bản" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_an_empty_list_says_what_to_do(place):
    text = text_of(page_of(place.people.canbo).get(LIST))
    assert "Chưa có đề án. Lập đề án đầu tiên" in text
    assert 'href="/de-an/moi/"' in text
    assert 'href="/de-an/moi/"' not in text_of(page_of(place.people.lanhdao).get(LIST))


def test_the_own_draft_opens_for_writing_others_for_reading(place):
    proposal = drafts.create(
        place.programme, 2026, title="Máy", kind="single", by=place.people.canbo
    )
    edit = f'href="/de-an/{proposal.code}/sua/"'
    assert edit in text_of(page_of(place.people.canbo).get(LIST))
    assert edit not in text_of(page_of(place.people.sct).get(LIST))


@pytest.mark.parametrize(
    "query",
    [
        "place=1&place=2",
        "kind=x&kind=single",
        "source=zz&source=provincial",
        "programme=zz&programme=thu-2026-2030",
        "activity=zz&activity=KC3d",
        "plan_year=x&plan_year=2026",
        "implementing_unit=zz&implementing_unit=yy",
        "waiting=0&waiting=1",
        "search=a&search=b",
    ],
)
def test_of_a_filter_given_twice_the_last_one_counts(place, query):
    make.draft(place)
    client = page_of(place.people.sct)
    last = query.rsplit("&", 1)[1]
    for address in ("/de-an/", "/de-an/tong/", "/de-an/theo-dia-ban/", "/de-an/bo-loc/"):
        assert client.get(f"{address}?{query}").status_code == 200, address
    twice, once = (client.get(f"/de-an/?{asked}").context["page"] for asked in (query, last))
    assert list(twice.rows) == list(once.rows)
