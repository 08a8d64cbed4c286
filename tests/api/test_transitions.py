"""A whole life over the API, and every way a verb is refused."""

import base64
import io
import json

import pypdf
import pytest

from khuyencong.core import clock
from khuyencong.core.models import StoredFile, User
from projects.models import FundingLine, Proposal, ReturnPoint
from projects.workflow import TABLE
from tests import make
from tests.api.clients import client_of

TRIEU = make.TRIEU


def path(proposal: Proposal) -> str:
    return f"/api/v1/proposals/{proposal.code}/transitions/"


def fire(proposal: Proposal, by: User, verb: str, status: int = 200, **body) -> dict:
    headers = body.pop("headers", {})
    response = client_of(by, "write").post(path(proposal), {"verb": verb, **body}, headers=headers)
    assert response.status_code == status, response.content.decode()
    return response.json()


def paper(number: str) -> dict:
    return {"number": number, "date": clock.today().isoformat()}


def amounts(proposal: Proposal, **by_source: int) -> dict[str, int]:
    lines = FundingLine.objects.filter(proposal=proposal, source__code__in=by_source)
    return {str(line.pk): by_source[line.source.code] for line in lines.select_related("source")}


def test_a_proposal_of_two_sources_runs_to_its_end(place):
    people = place.people
    provincial = make.allot(place, "provincial", 2026, 1000)
    national = make.allot(place, "national", 2026, 1000)
    proposal = make.draft(place, {"provincial": 200, "national": 100})
    assert fire(proposal, people.canbo, "submit")["status"] == "submitted"
    fire(
        proposal,
        people.sct,
        "pass",
        source="provincial",
        amounts=amounts(proposal, provincial=190 * TRIEU),
    )
    fire(
        proposal,
        people.sct,
        "pass",
        source="national",
        amounts=[{"source": "national", "year": 2026, "amount": 90 * TRIEU}],
        reason="Đơn giá giảm",
    )
    assert fire(proposal, people.sct_head, "conclude")["status"] == "in_review"
    fire(proposal, people.stc, "pass")
    fire(proposal, people.cuc, "pass")
    found = fire(
        proposal,
        people.ubnd,
        "approve",
        amounts=[{"source": "provincial", "year": 2026, "amount": 180 * TRIEU}],
        document=paper("21/QĐ-UBND") | {"signer": "Chủ tịch"},
    )
    assert found["status"] == "in_review"
    found = fire(proposal, people.bct, "approve", document=paper("5/QĐ-BCT"))
    assert found["status"] == "approved"
    lines = {line["source"]: line["approved"] for line in found["funding_lines"]}
    assert lines["provincial"] == 180 * TRIEU and lines["national"] == 90 * TRIEU
    provincial.refresh_from_db()
    national.refresh_from_db()
    assert (provincial.committed, national.committed) == (180 * TRIEU, 90 * TRIEU)

    fire(proposal, people.ketoan, "sign", document=paper("1/HĐ"))
    fire(proposal, people.canbo, "start")
    line = next(row for row in found["funding_lines"] if row["source"] == "provincial")
    fire(
        proposal,
        people.ketoan,
        "disburse",
        line_id=line["id"],
        amount=100 * TRIEU,
        kind="advance",
        document=paper("1/CT"),
    )
    fire(proposal, people.ketoan, "accept", document=paper("1/BB"), amount=270 * TRIEU)
    fire(proposal, people.ketoan, "liquidate", document=paper("2/BB"))
    found = fire(proposal, people.ketoan, "settle", document=paper("1/BC"))
    assert found["status"] == "settled"
    provincial.refresh_from_db()
    assert (provincial.committed, provincial.disbursed) == (100 * TRIEU, 100 * TRIEU)
    seen = client_of(people.kiemtoan).get(f"/api/v1/audit/?subject={proposal.code}").json()
    assert [row["seq"] for row in seen["results"]] == [*range(found["history"][-1]["seq"], 0, -1)]


def test_open_and_closed_verbs_are_listed_with_what_they_need(place):
    make.allot(place, "provincial", 2026, 1000)
    proposal = make.ready_to_approve(place)

    def listed(user: User, scope: str = "write") -> dict[str, dict]:
        response = client_of(user, scope).get(path(proposal))
        assert response["ETag"] == f'"{proposal.version}"'
        return {row["verb"]: row for row in response.json()["results"]}

    found = listed(place.people.ubnd)
    assert found.keys() == TABLE.keys()
    assert [verb for verb, row in found.items() if row["open"]] == [
        *("approve", "return", "assign", "refuse")
    ]
    approve = found["approve"]
    assert approve["label"] == "Phê duyệt" and approve["sources"] == ["provincial"]
    assert approve["needs"] == ["amounts", "shares", "document", "reason"]
    line = FundingLine.objects.get(proposal=proposal, source__code="provincial")
    assert approve["lines"] == [
        {
            "id": line.pk,
            "source": "provincial",
            "year": 2026,
            "requested": 200 * TRIEU,
            "amount": 200 * TRIEU,
        }
    ]
    assert all(row["reason"] for row in found.values() if not row["open"])
    assert "«write»" in listed(place.people.ubnd, "read")["approve"]["reason"]
    assert not any(row["open"] for row in listed(place.people.ubnd, "read").values())
    assert not any(row["open"] for row in listed(place.people.hethong).values())


def test_a_stale_version_changes_nothing(place):
    proposal = make.draft(place)
    stale = {"If-Match": f'"{proposal.version}"'}
    assert fire(proposal, place.people.canbo, "submit", headers=stale)["version"] > 0
    answer = fire(proposal, place.people.canbo, "take_back", 412, headers=stale)
    assert answer["type"] == "urn:khuyencong:stale"
    proposal.refresh_from_db()
    assert proposal.status == "submitted"
    for tag in ('W/"2"', "nothing", '"x"', '"99999999999"', '"0"'):
        fire(proposal, place.people.canbo, "take_back", 412, headers={"If-Match": tag})
    both = f'"1", "{proposal.version}"'
    fire(proposal, place.people.canbo, "take_back", headers={"If-Match": both})
    fire(proposal, place.people.canbo, "submit", headers={"If-Match": "*"})


def test_refusals_say_why_and_by_which_field(place):
    people = place.people
    proposal = make.draft(place)
    answer = fire(proposal, people.canbo, "bay", 422)
    assert answer["errors"] == {"verb": ["Không có thao tác «bay»."]}
    answer = fire(proposal, people.canbo, "approve", 409, document=paper("1/QĐ"))
    assert answer["type"] == "urn:khuyencong:not-now"
    fire(proposal, people.lanhdao, "submit", 403)
    fire(proposal, people.canbo, "submit")
    answer = fire(proposal, people.sct_head, "conclude", 403)
    assert "Chưa có ý kiến đề xuất" in answer["detail"]
    line = FundingLine.objects.get(proposal=proposal, source__code="provincial")
    answer = fire(proposal, people.sct, "pass", 422, amounts={str(line.pk): 201 * TRIEU})
    assert list(answer["errors"]) == [f"amounts.{line.pk}"]
    answer = fire(proposal, people.sct, "return", 422)
    assert list(answer["errors"]) == ["reason"]
    answer = fire(proposal, people.sct, "return", 422, reason="Thiếu", document={"number": "1"})
    assert list(answer["errors"]) == ["document.date"]
    own = FundingLine.objects.get(proposal=proposal, source__code="counterpart")
    for wrong, field in (
        ({str(own.pk): 1}, f"amounts.{own.pk}"),
        ({"999999": 1}, "amounts.999999"),
        ([{"source": "provincial", "year": 2030, "amount": 1}], "amounts.0"),
        ([{"source": "provincial", "year": 2026, "amount": 1}] * 2, "amounts.1"),
    ):
        assert list(fire(proposal, people.sct, "pass", 400, amounts=wrong)["errors"]) == [field]
    answer = fire(proposal, people.sct, "pass", 400, how="less", allots=True)
    assert set(answer["errors"]) == {"how", "allots"}
    answer = fire(proposal, people.sct, "pass", 400, source="national")
    assert list(answer["errors"]) == ["source"]


def test_a_cell_without_the_money_is_named(place):
    make.allot(place, "provincial", 2026, 100)
    proposal = make.ready_to_approve(place, explain=True)
    answer = fire(proposal, place.people.ubnd, "approve", 409, document=paper("1/QĐ-UBND"))
    assert answer["type"] == "urn:khuyencong:cell-exhausted"
    assert "chỉ còn 100 triệu đồng" in answer["detail"]


def test_everything_missing_is_said_at_once(place):
    proposal = make.drafts.create(
        place.programme, 2026, title="Trống", kind="single", by=place.people.canbo
    )
    answer = fire(proposal, place.people.canbo, "submit", 422)
    assert len(answer["errors"]) >= 4


@pytest.fixture
def outside(place):
    """A proposal that waits for a body without accounts."""
    make.allot(place, "national", 2026, 1000)
    proposal = make.submitted(place, {"national": 100})
    fire(proposal, place.people.sct, "pass")
    fire(proposal, place.people.sct_head, "conclude")
    User.objects.filter(pk=place.people.cuc.pk).update(is_active=False)
    return proposal


def pdf() -> bytes:
    content = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=210, height=297)
    writer.write(content)
    return content.getvalue()


PDF = pdf()


def scan(content: bytes, name: str = "van-ban.pdf") -> dict:
    return {"name": name, "content": base64.b64encode(content).decode()}


def test_the_paper_of_an_outside_body_is_recorded_with_its_scan(place, outside):
    document = paper("7/CV-CCT")
    answer = fire(
        outside, place.people.sct, "record_decision", 422, verdict="pass", document=document
    )
    assert list(answer["errors"]) == ["document.file"]
    found = fire(
        outside,
        place.people.sct,
        "record_decision",
        verdict="pass",
        document=document | {"file": scan(PDF)},
    )
    review = found["tracks"][0]["reviews"][1]
    assert review["recorded"] is True and review["verdict"] == "pass"
    assert StoredFile.objects.get().size == len(PDF)


@pytest.mark.parametrize(
    "file",
    [
        scan(b"MZ\x90\x00" * 100),
        scan(b""),
        scan(PDF, "van-ban.exe"),
        {"name": "x.pdf", "content": "không phải base64"},
        {"name": "x.pdf"},
        {"content": "AAAA"},
        "x",
    ],
    ids=lambda file: json.dumps(file)[:40],
)
def test_a_file_that_is_no_scan_is_refused(place, outside, file):
    document = paper("7/CV-CCT") | {"file": file}
    answer = fire(
        outside, place.people.sct, "record_decision", 400, verdict="pass", document=document
    )
    assert all(name.startswith("document.file") for name in answer["errors"])
    assert not StoredFile.objects.exists()


def test_a_refused_verb_leaves_no_file_behind(place, outside, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = paper("7/CV-CCT") | {"file": scan(PDF)}
    fire(outside, place.people.sct, "record_decision", 422, verdict="approve", document=document)
    assert not StoredFile.objects.exists()
    assert not [found for found in tmp_path.rglob("*") if found.is_file()]


def test_cost_lines_parts_and_a_colleague_are_sent_by_name(place):
    proposal = make.submitted(place, {"provincial": 200})
    head, sct = place.people.sct_head, place.people.sct
    client = client_of(head, "write")
    answer = client.post(path(proposal), {"verb": "assign", "assignee": "stc"})
    assert answer.status_code == 400 and "assignee" in answer.json()["errors"]
    answer = client.post(path(proposal), {"verb": "assign", "assignee": sct.username})
    assert answer.status_code == 200
    client = client_of(sct, "write")
    sent = {
        "verb": "pass",
        "reason": "Giảm.",
        "shares": [{"line": 1, "source": "provincial", "amount": 201 * TRIEU}],
    }
    answer = client.post(path(proposal), sent)
    assert answer.status_code == 422
    assert "vượt mức đề nghị" in answer.json()["errors"]["shares.0.provincial"][0]
    answer = client.post(
        path(proposal),
        {
            "verb": "return",
            "reason": "Bổ sung.",
            "points": [{"section": "du-toan", "text": "Thêm báo giá."}],
        },
    )
    assert answer.status_code == 200
    point = ReturnPoint.objects.get(review__track__proposal=proposal)
    assert (point.section, point.text) == ("du-toan", "Thêm báo giá.")
