"""Every page a role reaches: it comes, it fits, nothing complains, axe finds nothing."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.browsing import DESKTOP, PHONE, as_user, overflows

COMMON = ["/thong-bao/", "/thong-bao/cai-dat/", "/them/", "/tro-giup/"]
PAGES = {
    "canbo": ["/de-an/", "/de-an/moi/", "/co-so/", "/co-so/moi/", "{draft}", "{edit}"],
    "sct": ["/tham-dinh/", "{desk}", "/ke-hoach-von/", "{allocate}", "/van-ban/", "{dossier}"],
    "lanhdao": ["/tong-quan/", "/tham-dinh/thoi-gian/", "/bao-cao/", "/de-an/", "{dossier}"],
    "kiemtoan": ["/tong-quan/", "/de-an/", "/van-ban/", "/co-so/"],
    "ubnd": ["/tham-dinh/", "/uy-quyen/", "/uy-quyen/moi/"],
    "stc": [
        *("{firm}", "{firm}sua/", "{firm}ma-so/"),
        *("/lang-nghe/", "{village}", "/lang-nghe/moi/"),
    ],
    "quantri": [
        "/dinh-muc/?ngay=",
        "/dinh-muc/moi/",
        "/dinh-muc/han-dang-ky/",
        "/quan-tri/khoa-api/",
        *("/quan-tri/lich/?nam=2026", "/quan-tri/lich/moi/", "/quan-tri/lich/dan/"),
        *("/uy-quyen/", "/uy-quyen/moi/"),
        *("/quan-tri/quy-trinh/", "{chain}phien-ban/", "{chain}sua/"),
        *("/quan-tri/co-quan/", "{office}sua/", "{office}doi-ten/", "{office}sap-nhap/"),
    ],
}


@pytest.fixture(scope="module")
def addresses(portal):
    """Addresses that depend on the demonstration data, asked of the running portal."""
    question = """
from khuyencong.core.models import Organisation
from projects.models import CraftVillage, Enterprise, Proposal, Review, ReviewChain
own = Proposal.objects.filter(implementing_unit__users__username='canbo')
print('@draft', '/de-an/' + own.filter(status='draft').first().code + '/')
print('@edit', '/de-an/' + own.filter(status='draft').first().code + '/sua/')
print('@dossier', '/de-an/' + Proposal.objects.filter(status='settled').first().code + '/')
waiting = Review.objects.filter(verdict='', organisation__users__username='sct', proposed='',
    track__status='in_step').first()
print('@firm', f'/co-so/{Enterprise.objects.order_by("pk").first().pk}/')
print('@village', f'/lang-nghe/{CraftVillage.objects.first().pk}/')
print('@chain', f'/quan-tri/quy-trinh/{ReviewChain.objects.get(code="provincial").pk}/')
print('@office', f'/quan-tri/co-quan/{Organisation.objects.get(users__username="stc").pk}/')
print('@desk', '/tham-dinh/' + waiting.track.proposal.code + '/')
print('@allocate', '/ke-hoach-von/' + waiting.track.proposal.programme.code + '/giao/')
"""
    said = portal.manage("shell", "-c", question)
    return dict(line[1:].split(" ", 1) for line in said.splitlines() if line.startswith("@"))


@pytest.mark.parametrize("username", PAGES)
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
def test_pages_come_fit_and_are_accessible(portal, chromium, addresses, username, size):
    axe = Axe()
    faults = []
    with as_user(chromium, portal.url, username, size=size) as page:
        for pattern in [*PAGES[username], *COMMON]:
            address = pattern.format(**addresses)
            response = page.goto(address)
            if response.status != 200:
                faults.append(f"{address}: {response.status}")
                continue
            if overflows(page) > 0:
                faults.append(f"{address}: {overflows(page)} px too wide")
            found = axe.run(page)
            for violation in found.response["violations"]:
                nodes = [node["html"][:160] for node in violation["nodes"][:3]]
                faults.append(f"{address}: {violation['id']} {nodes}")
    assert faults == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
def test_pages_for_strangers_are_accessible(portal, chromium, size):
    context = chromium.new_context(viewport=size, base_url=portal.url)
    page = context.new_page()
    faults = []
    for address, status in (("/dang-nhap/", 200), ("/khong-co/", 404), ("/api/docs/", 200)):
        response = page.goto(address)
        assert response.status in (status, 200), address
        if address == "/api/docs/":
            continue  # another's page; that it renders is tested with the API
        for violation in Axe().run(page).response["violations"]:
            faults.append(f"{address}: {violation['id']} {violation['nodes'][0]['html'][:160]}")
    context.close()
    assert faults == []
