"""A NUL in any field is refused in Vietnamese, in plain boxes and in lists of choices alike."""

import pytest
from django.test import Client

from tests import make

pytestmark = pytest.mark.django_db
SAID = "Nội dung có ký tự hỏng. Xóa đoạn vừa dán rồi gõ lại."


def test_a_nul_in_the_log_in_name_is_told_in_vietnamese():
    page = Client().post("/dang-nhap/", {"username": "can\x00bo", "password": "x"})
    assert SAID in page.content.decode()
    assert "Null characters" not in page.content.decode()


def test_a_nul_in_a_choice_and_in_a_number_of_a_paper_too():
    place = make.world()
    proposal = make.submitted(place)
    clients = {name: Client() for name in ("sct", "canbo")}
    for name, client in clients.items():
        client.force_login(getattr(place.people, name))
    shop = {"name": "Cơ sở", "kind": "household", "place": "1\x00"}
    paper = {"verb": "pass", "document_number": "1\x00"}
    for client, address, sent in (
        (clients["canbo"], "/co-so/moi/", shop),
        (
            clients["sct"],
            f"/tham-dinh/{proposal.code}/",
            paper,
        ),
    ):
        page = client.post(address, sent)
        assert page.status_code == 422
        assert SAID in page.content.decode()
        assert "Null characters" not in page.content.decode()
