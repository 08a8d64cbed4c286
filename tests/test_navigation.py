"""The frame: which ways are open to whom, and what they cost."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import path
from django.utils import translation

from khuyencong import navigation
from khuyencong.core.models import Organisation, Place, User


def view(request: object) -> HttpResponse:
    return HttpResponse()


ADDRESSES = {
    "home": "",
    "dashboard": "tong-quan/",
    "proposal_list": "de-an/",
    "desk": "tham-dinh/",
    "budget_plan": "ke-hoach-von/",
    "enterprise_list": "co-so/",
    "report_list": "bao-cao/",
    "api_docs": "api/docs/",
    "token_list": "api/khoa/",
    "help": "tro-giup/",
    "more": "them/",
    "login": "dang-nhap/",
    "logout": "dang-xuat/",
    "set_language": "ngon-ngu/",
    "inbox": "thong-bao/",
}
urlpatterns = [path(address, view, name=name) for name, address in ADDRESSES.items()]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def vietnamese_and_uncounted(monkeypatch):
    monkeypatch.setattr(navigation, "COUNTERS", {})
    with translation.override("vi"):
        yield


def user(*roles: str) -> User:
    office = Organisation(
        name="Sở thử nghiệm tỉnh Thử", short_name="Sở thử", province=Place(name="Thử")
    )
    someone = User(username="x", full_name="Trần Văn Hòa", title="Giám đốc", organisation=office)
    someone.__dict__["roles"] = frozenset(roles)
    return someone


def frame(*roles: str, at: str = "/de-an/") -> navigation.Frame:
    request = RequestFactory().get(at)
    request.user = user(*roles) if roles else AnonymousUser()
    found = navigation.frame(request)["frame"]
    found.__dict__["unread"] = 0
    return found


def names(items: list[navigation.NavItem]) -> list[str]:
    return [item.name for item in items]


@pytest.mark.parametrize(
    ("role", "present", "absent"),
    [
        ("officer", {"proposal_list", "enterprise_list", "report_list"}, {"desk", "token_list"}),
        ("appraiser", {"desk", "budget_plan", "dashboard"}, {"token_list"}),
        ("approver", {"desk", "proposal_list"}, {"token_list"}),
        ("manager", {"dashboard", "report_list"}, {"desk", "token_list"}),
        ("auditor", {"dashboard", "proposal_list"}, {"desk"}),
        ("administrator", {"token_list", "api_docs"}, {"proposal_list", "dashboard", "desk"}),
        ("service", {"api_docs", "proposal_list"}, {"token_list", "desk"}),
    ],
)
def test_only_what_a_role_may_is_there(role, present, absent):
    there = set(names(frame(role).items))
    assert present <= there
    assert not absent & there


def test_a_way_without_an_address_is_absent():
    assert "document_list" not in names(frame("manager").items)


def test_the_way_that_leads_furthest_is_the_current_one():
    assert [i.name for i in frame("officer", at="/de-an/XX-2031-0001/").items if i.current] == [
        "proposal_list"
    ]
    assert [i.name for i in frame("administrator", at="/api/docs/").items if i.current] == [
        "api_docs"
    ]
    assert not [i for i in frame("officer", at="/").items if i.current]


def test_the_phone_has_five_ways_the_last_to_all_others():
    tabs = frame("appraiser").tabs
    assert names(tabs) == ["dashboard", "proposal_list", "desk", "report_list", "more"]
    assert names(frame("administrator").tabs) == ["token_list", "api_docs", "help"]


def test_counts_are_shown_where_somebody_counts(monkeypatch):
    monkeypatch.setattr(navigation, "COUNTERS", {"desk": lambda user: (5, True)})
    items = {item.name: item for item in frame("appraiser").items}
    assert (items["desk"].count, items["desk"].hot) == (5, True)
    assert items["proposal_list"].count is None


def test_nothing_is_asked_before_a_template_asks():
    class Asked(Exception):
        pass

    class Request:
        @property
        def user(self) -> User:
            raise Asked

    context = navigation.frame(Request())
    with pytest.raises(Asked):
        _ = context["frame"].groups


def test_a_stranger_has_no_ways_and_sees_no_name():
    stranger = frame()
    stranger.__dict__["province"] = ""
    assert stranger.items == [] and stranger.search_url == ""
    html = render_to_string("base.html", {"frame": stranger})
    assert 'class="plain ' in html and "tabbar" not in html and "Đăng nhập" in html


@pytest.mark.django_db
def test_a_stranger_sees_the_province_only_where_there_is_one(django_assert_num_queries):
    def office(number: int, province: Place) -> None:
        Organisation.objects.create(
            code=f"so-{number}",
            name="Sở",
            short_name="Sở",
            kind=Organisation.Kind.INDUSTRY_DEPARTMENT,
            province=province,
        )

    first, second = (
        Place.objects.create(code=str(n), name=f"Tỉnh {n}", level=Place.Level.PROVINCE)
        for n in (91, 92)
    )
    assert frame().province == ""
    office(1, first)
    office(2, first)
    with django_assert_num_queries(1):
        assert frame().province == "Tỉnh 91"
    office(3, second)
    assert frame().province == ""


@pytest.mark.django_db
def test_the_frame_costs_two_queries_besides_its_counts(django_assert_max_num_queries):
    province = Place.objects.create(code="91", name="Thử", level=Place.Level.PROVINCE)
    office = Organisation.objects.create(
        code="so", name="Sở", short_name="Sở", kind="industry_department", province=province
    )
    someone = User.objects.create(username="x", full_name="Lò Thị Mai", organisation=office)
    someone.role_grants.create(role="manager")
    request = RequestFactory().get("/de-an/")
    request.user = User.objects.select_related("organisation__province").get(pk=someone.pk)
    with django_assert_max_num_queries(2):
        html = render_to_string("base.html", navigation.frame(request), request)
    assert "Khuyến công Thử" in html and "Lò Thị Mai" in html and 'aria-current="page"' in html


def test_every_page_of_the_frame_speaks_and_obeys_the_content_policy():
    for template in ("403.html", "404.html", "core/more.html", "core/help.html"):
        context = {"frame": frame("appraiser"), "request": SimpleNamespace(path="/x/")}
        html = render_to_string(template, context)
        assert html.count("<h1") == 1 and 'id="main"' in html and "Đăng xuất" in html
        assert " style=" not in html and "<script>" not in html


def test_the_page_of_the_last_resort_needs_nothing():
    html = engines["django"].get_template("500.html").render()
    assert "Những gì đã lưu vẫn còn" in html and 'href="/"' in html


def test_pages_with_faults_say_so_first_and_illustrations_are_marked():
    context = {"frame": frame("officer"), "has_errors": True, "is_illustration": True}
    html = render_to_string("base.html", context)
    assert "<title>Lỗi: " in html
    assert "Dữ liệu minh họa, không phải số liệu thật." in html


def test_icons_of_the_menu_are_drawn_and_say_what_they_lead_to():
    sprite = (settings.BASE_DIR / "static/img/icons.svg").read_text(encoding="utf-8")
    places = {place.name: place.icon for _label, group in navigation._MAP for place in group}
    assert all(f'<symbol id="{icon}"' in sprite for icon in places.values())
    assert places["annual_list"] == "list"  # no arrow: nothing is downloaded there
    assert places["panel_list"] != places["delegation_list"]
