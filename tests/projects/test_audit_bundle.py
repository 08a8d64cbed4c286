"""The auditors' bundle: whole, provable by hashlib and json alone, and itself in the trail."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from khuyencong.core import audit, clock, csv_text, files
from khuyencong.core.models import AuditEntry
from projects.bundles import columns, tables, writing
from projects.models import Attachment, Finding, Proposal
from tests import make

pytestmark = pytest.mark.django_db
SEALED = ("chuyen-trang-thai", "ban-trinh", "kiem-tra", "dinh-muc-ap-dung", "so-kinh-phi")


@pytest.fixture
def place():
    return make.world()


@pytest.fixture
def proposal(place) -> Proposal:
    make.allot(place, "provincial", 2026, 500)
    make.norm(place, "KC3d", "provincial", max_amount=300 * make.TRIEU)
    made = make.approved(place)
    Attachment.objects.create(
        proposal=made,
        title="Báo giá",
        file=files.store(
            ContentFile(b"%PDF-1.4 " + b"x" * 200_000),
            "báo/giá.pdf",
            "application/pdf",
            place.people.canbo,
        ),
    )
    return made


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def bundle(user: Any, address: str, **data: str) -> zipfile.ZipFile:
    answer = browser(user).post(address, data)
    assert answer.status_code == 200, answer.content.decode()
    assert answer["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.getvalue()))


def of(proposal: Proposal) -> str:
    return f"/de-an/{proposal.code}/ho-so-kiem-toan/"


def canonical(row: dict[str, Any]) -> str:
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def recompute(archive: zipfile.ZipFile) -> list[str]:
    """What does not add up, from the ZIP alone, as its own README says to do it."""
    wrong: list[str] = []
    manifest = json.loads(archive.read("manifest.json"))
    listed = {row["path"]: row for row in manifest["files"]}
    if set(archive.namelist()) - {"manifest.json"} != set(listed):
        wrong.append("the list of files")
    for path, row in listed.items():
        content = archive.read(path)
        if (len(content), hashlib.sha256(content).hexdigest()) != (row["size"], row["sha256"]):
            wrong.append(path)
    for told in manifest["dossiers"]:
        seq, head = 0, ""
        for row in json.loads(archive.read(f"{told['code']}/nhat-ky.json")):
            said = {key: value for key, value in row.items() if key not in ("id", "hash")}
            if canonical(said) != row["hash"] or (said["seq"], said["prev_hash"]) != (
                seq + 1,
                head,
            ):
                wrong.append(f"{told['code']} row {row['seq']}")
            seq, head = row["seq"], row["hash"]
        if (seq, head) != (told["audit_seq"], told["audit_head"]):
            wrong.append(f"{told['code']} head")
        for name in SEALED:
            for row in json.loads(archive.read(f"{told['code']}/bang/{name}.json")):
                said = {key: value for key, value in row.items() if key not in ("id", "seal")}
                if canonical(said) != row["seal"]:
                    wrong.append(f"{name} {row['id']}")
        for row in json.loads(archive.read(f"{told['code']}/bang/ban-trinh.json")):
            if canonical(row["content"]) != row["sha256"]:
                wrong.append(f"snapshot {row['id']}")
    before = ""
    for row in json.loads(archive.read("dau-moc.json")):
        names = ("day", "entries", "last_entry_id", "heads_hash", "prev_hash")
        text = "|".join(str(row[name]) for name in names)
        if (hashlib.sha256(text.encode()).hexdigest(), row["prev_hash"]) != (row["hash"], before):
            wrong.append(f"anchor {row['day']}")
        before = row["hash"]
    return wrong


def test_every_hash_is_recomputed_from_the_zip_alone(place, proposal):
    audit.anchor()
    archive = bundle(place.people.kiemtoan, of(proposal))
    assert recompute(archive) == []
    rows = json.loads(archive.read(f"{proposal.code}/nhat-ky.json"))
    assert (
        len(rows)
        == AuditEntry.objects.filter(subject_id=proposal.pk)
        .filter(subject_type="projects.proposal")
        .count()
    )
    for name in SEALED:
        assert json.loads(archive.read(f"{proposal.code}/bang/{name}.json")), name


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("nhat-ky.json", "Máy sao chè", "Máy sao chê"),
        ("bang/so-kinh-phi.json", "200000000", "200000001"),
        ("bang/ban-trinh.json", "Máy sao chè", "Máy sao chê"),
    ],
)
def test_a_bundle_somebody_touched_does_not_add_up(place, proposal, path, old, new):
    archive = bundle(place.people.kiemtoan, of(proposal))
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as target:
        for name in archive.namelist():
            content = archive.read(name).decode("utf-8", "surrogateescape")
            if name == f"{proposal.code}/{path}":
                if old not in content:
                    old, new = '"reason": ""', '"reason": "khác"'
                assert old in content
                content = content.replace(old, new, 1)
            target.writestr(name, content.encode("utf-8", "surrogateescape"))
    assert len(recompute(zipfile.ZipFile(copy))) >= 2


def test_the_bundle_holds_papers_files_and_what_the_offices_said(place, proposal):
    archive = bundle(place.people.kiemtoan, of(proposal))
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["data_on"] == clock.today().isoformat()
    assert manifest["portal"]["version"]
    assert manifest["made_by"] == place.people.kiemtoan.full_name
    attached = [name for name in archive.namelist() if "/tep/" in name]
    assert len(attached) == 1
    assert attached[0].endswith("-báo_giá.pdf")
    assert len(archive.read(attached[0])) == 200_009
    assert "hashlib" not in archive.read("DOC-TRUOC.txt").decode()
    assert "TÍNH LẠI MÃ" in archive.read("DOC-TRUOC.txt").decode()

    def table(name: str) -> list[dict[str, Any]]:
        return json.loads(archive.read(f"{proposal.code}/bang/{name}.json"))

    assert {row["verdict"] for row in table("luot-xem-xet")} == {"pass", "approve"}
    assert [row["amount"] for row in table("quyet-dinh")] == [200 * make.TRIEU]
    assert [row["kind"] for row in table("so-kinh-phi")] == ["commit"]
    assert table("van-ban")
    assert table("dong-von")[0]["source_code"]
    assert isinstance(table("tieu-chi"), list)
    assert Finding.objects.count() == len(table("tieu-chi"))


def test_a_file_with_malware_stays_out_and_is_named(place, proposal):
    proposal.attachments.update(scan=Attachment.Scan.INFECTED)
    archive = bundle(place.people.kiemtoan, of(proposal))
    assert not [name for name in archive.namelist() if "/tep/" in name]
    (withheld,) = json.loads(archive.read("manifest.json"))["dossiers"][0]["withheld"]
    assert "mã độc" in withheld["reason"]
    assert recompute(archive) == []


def test_a_file_whose_bytes_were_changed_is_named(place, proposal):
    path = proposal.attachments.get().file.content.path
    with open(path, "r+b") as content:
        content.write(b"x")
    archive = bundle(place.people.kiemtoan, of(proposal))
    (withheld,) = json.loads(archive.read("manifest.json"))["dossiers"][0]["withheld"]
    assert "khác với lúc được gửi" in withheld["reason"]


def test_the_export_is_itself_a_row_of_the_trail(place, proposal):
    bundle(place.people.kiemtoan, of(proposal))
    proposal.refresh_from_db()
    last = audit.trail(proposal).last()
    assert (last.action, last.actor) == (writing.ACTION, place.people.kiemtoan)
    assert "xuất bộ hồ sơ kiểm toán" in audit.sentence(last)
    assert (proposal.audit_seq, proposal.audit_head) == (last.seq, last.hash)


def test_looking_at_the_page_exports_nothing(place, proposal):
    entries = AuditEntry.objects.count()
    page = browser(place.people.kiemtoan).get(of(proposal)).content.decode()
    assert "Tải bộ hồ sơ" in page
    assert AuditEntry.objects.count() == entries


def test_only_who_audits_finds_the_way(place, proposal):
    for person, found in (("kiemtoan", True), ("lanhdao", False), ("canbo", False)):
        client = browser(getattr(place.people, person))
        page = client.get(f"/de-an/{proposal.code}/").content.decode()
        assert (of(proposal) in page) is found, person
        assert client.get(of(proposal)).status_code == (200 if found else 404)
        assert client.get("/kiem-toan/").status_code == (200 if found else 404)


# --- many at once ---------------------------------------------------------------------------------


def test_a_year_of_a_programme_goes_into_one_bundle(place, proposal):
    other = make.submitted(place)
    make.draft(place)
    archive = bundle(
        place.people.kiemtoan, "/kiem-toan/", programme=place.programme.code, year="2026"
    )
    assert recompute(archive) == []
    told = json.loads(archive.read("manifest.json"))["dossiers"]
    assert [row["code"] for row in told] == [proposal.code, other.code]
    for row in (proposal, other):
        assert audit.trail(row).last().changes == {"dossiers": 2}


def test_another_provinces_dossiers_are_not_in_it(place, proposal):
    other = make.world("x", "Tỉnh Khác", "TK")
    theirs = make.submitted(other)
    archive = bundle(place.people.kiemtoan, "/kiem-toan/", programme=place.programme.code)
    assert not [name for name in archive.namelist() if name.startswith(theirs.code)]
    answer = browser(place.people.kiemtoan).post("/kiem-toan/", {"programme": other.programme.code})
    assert answer.status_code == 422


def test_more_than_one_download_holds_is_refused_in_words(place, proposal, monkeypatch):
    make.submitted(place)
    monkeypatch.setattr(writing, "MOST_DOSSIERS", 1)
    entries = AuditEntry.objects.count()
    answer = browser(place.people.kiemtoan).post("/kiem-toan/", {"programme": place.programme.code})
    assert answer.status_code == 422
    assert "Có 2 đề án, mỗi lần xuất nhiều nhất 1." in answer.content.decode()
    monkeypatch.setattr(writing, "MOST_DOSSIERS", 300)
    monkeypatch.setattr(writing, "MOST_BYTES", 1000)
    answer = browser(place.people.kiemtoan).post(of(proposal))
    assert answer.status_code == 422
    assert AuditEntry.objects.count() == entries


# --- CSV ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_is_a_formula(text):
    (row,) = csv.DictReader(io.StringIO(csv_text.table([{"x": text, "n": -5}])[1:], newline=""))
    assert row["x"] == f"'{text}"
    assert row["n"] == "-5"


def test_every_column_of_a_csv_has_a_heading_of_its_own_and_codes_are_in_words(place, proposal):
    unnamed = set()
    for name, rows in tables.SEALED.items():
        unnamed |= {one.attname for one in rows(proposal).model._meta.concrete_fields}
        assert rows(proposal).model, name
    for rows, named in tables.PLAIN.values():
        unnamed |= {one.attname for one in rows(proposal).model._meta.concrete_fields} | {*named}
    assert not unnamed - set(columns.HEADINGS)
    opened = bundle(place.people.kiemtoan, f"/de-an/{proposal.code}/ho-so-kiem-toan/")
    for path in (one for one in opened.namelist() if one.endswith(".csv")):
        top = opened.read(path).decode("utf-8-sig").split("\r\n")[0]
        heads = next(csv.reader([top]), [])
        assert len(heads) == len(set(heads)), path
        assert not set(heads) & set(columns.HEADINGS), path

    def read(name: str) -> list[dict[str, str]]:
        text = opened.read(f"{proposal.code}/bang/{name}.csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    changes = read("chuyen-trang-thai")
    assert (changes[0]["Việc (mã)"], changes[0]["Việc"]) == ("submit", "Trình thẩm định")
    assert changes[-1]["Sang trạng thái"] and changes[-1]["Sang trạng thái (mã)"] == "approved"
    assert any(row["Kết luận (mã)"] == "pass" and row["Kết luận"] for row in read("luot-xem-xet"))
