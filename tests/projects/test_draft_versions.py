"""Two editors at once: both versions are shown and a person chooses; nothing goes in silence."""

import pytest

from projects.firing import fire
from tests import make
from tests.make import TRIEU
from tests.projects.draftpages import (
    CONTENT,
    COSTS,
    GOALS,
    PARTIES,
    SCHEDULE,
    UNIT,
    address,
    complete,
    filled,
    press,
    sent_by,
)
from tests.projects.pages import ids_of, page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


def saved(place, proposal, section, **changes):
    """A colleague (or another tab) saves the part meanwhile."""
    sent = sent_by(place, proposal, section, **changes)
    assert press(place, proposal, "save", sent, section).status_code == 302


def keys_of(response):
    return {row.key: choice for row, choice in response.context["rows"]}


def test_both_versions_of_each_field_are_shown_side_by_side_and_one_is_chosen(place, empty):
    sent = sent_by(place, empty, GOALS, goals="Của tôi <b>", effect="Hiệu quả của tôi")
    saved(place, empty, GOALS, goals="Của đồng nghiệp", expected_output="Một máy")
    response = press(place, empty, "save", sent)
    text = text_of(response)
    assert response.status_code == 409
    assert "Người khác vừa lưu đề án này" in text
    assert "Của tôi &lt;b&gt;" in text
    assert "Của đồng nghiệp" in text
    assert "của tôi" in text
    assert "data-section" not in text, "a script that saves by itself must not choose"
    # What only one of the two changed is chosen already; what both changed waits for a person.
    assert keys_of(response) == {"goals": "", "effect": "mine", "expected_output": "theirs"}
    empty.refresh_from_db()
    assert empty.goals == "Của đồng nghiệp", "nothing is overwritten"

    undecided = read_form(response)
    again = press(place, empty, "resolve", undecided, GOALS)
    assert again.status_code == 409
    assert "Chọn một bản cho «Mục tiêu»" in text_of(again)
    assert 'href="#id_choose-goals"' in text_of(again)
    assert "id_choose-goals" in ids_of(again)

    chosen = read_form(again) | {"choose-goals": ["mine"]}
    assert press(place, empty, "resolve", chosen, GOALS).url == address(empty, GOALS)
    empty.refresh_from_db()
    assert (empty.goals, empty.effect) == ("Của tôi <b>", "Hiệu quả của tôi")
    assert empty.expected_output == "Một máy"


def test_the_other_persons_version_can_be_taken(place, empty):
    sent = sent_by(place, empty, GOALS, goals="Của tôi")
    saved(place, empty, GOALS, goals="Của đồng nghiệp")
    response = press(place, empty, "save", sent)
    chosen = read_form(response) | {"choose-goals": ["theirs"]}
    assert press(place, empty, "resolve", chosen, GOALS).status_code == 302
    empty.refresh_from_db()
    assert empty.goals == "Của đồng nghiệp"


def test_who_saved_the_other_version_is_named_with_the_time(place, empty):
    colleague = make.user("canbo.b", "officer", place.orgs.centre, full_name="Lò Văn Hai")
    sent = sent_by(place, empty, GOALS, goals="Của tôi")
    client = page_of(colleague)
    theirs = read_form(client.get(address(empty, GOALS))) | {"goals": "Khác", "action": "save"}
    client.post(address(empty, GOALS), theirs)
    text = text_of(press(place, empty, "save", sent))
    assert "của Lò Văn Hai lúc " in text
    mine = sent_by(place, empty, GOALS, goals="Của tôi lần nữa")
    saved(place, empty, GOALS, goals="Ở thẻ khác")
    assert "của bạn ở trang khác, lúc " in text_of(press(place, empty, "save", mine))


def test_somebody_saving_once_more_while_one_chooses_is_shown_again(place, empty):
    sent = sent_by(place, empty, GOALS, goals="Của tôi")
    saved(place, empty, GOALS, goals="Một")
    chosen = read_form(press(place, empty, "save", sent)) | {"choose-goals": ["mine"]}
    saved(place, empty, GOALS, goals="Hai")
    response = press(place, empty, "resolve", chosen, GOALS)
    assert response.status_code == 409
    assert "Hai" in text_of(response)
    empty.refresh_from_db()
    assert empty.goals == "Hai"


def test_saving_another_part_meanwhile_is_no_conflict_and_both_stay(place, empty):
    mine = sent_by(place, empty, GOALS, goals="Của tôi")
    saved(place, empty, CONTENT, necessity="Của đồng nghiệp")
    assert press(place, empty, "save", mine).status_code == 302
    empty.refresh_from_db()
    assert (empty.goals, empty.necessity) == ("Của tôi", "Của đồng nghiệp")


def test_the_same_page_saved_twice_is_no_conflict(place, empty):
    sent = filled(place, empty, COSTS)
    first, second = (press(place, empty, "save", sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    empty.refresh_from_db()
    assert empty.version == 2
    assert empty.cost_items.count() == 1


def test_a_page_gone_back_to_and_sent_again_asks_instead_of_undoing(place, empty):
    before = sent_by(place, empty, GOALS, goals="Một")
    press(place, empty, "save", before)
    saved(place, empty, GOALS, goals="Hai")
    response = press(place, empty, "save", before | {"effect": "Thêm"})
    assert response.status_code == 409
    empty.refresh_from_db()
    assert empty.goals == "Hai"


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 40, "0"])
@pytest.mark.parametrize("base", ["", "goals", "x" * 200_000, "goals:zz \x00:"])
def test_a_page_of_no_known_version_never_overwrites(place, empty, version, base):
    saved(place, empty, GOALS, goals="Có rồi")
    sent = sent_by(place, empty, GOALS, goals="Mới", expected_version=version, base=base)
    assert press(place, empty, "save", sent).status_code == 409
    empty.refresh_from_db()
    assert empty.goals == "Có rồi"


def test_lines_places_and_years_are_chosen_one_by_one(place, empty):
    complete(place, empty)
    costs = sent_by(
        place, empty, COSTS, **{"cost_items-0-quantity": "3", "cost_items-0-amount": ""}
    )
    saved(place, empty, COSTS, **{"cost_items-1-name": "Máy vò", "cost_items-1-unit_price": "5tr"})
    response = press(place, empty, "save", costs)
    assert keys_of(response) == {"cost_items-0": "mine", "cost_items-1": "theirs"}
    assert "Máy vò: 1  × 5.000.000 = 5.000.000 đồng" in text_of(response)
    assert "(để trống)" in text_of(response)
    assert press(place, empty, "resolve", read_form(response), COSTS).status_code == 302
    rows = {row.name: row.amount for row in empty.cost_items.all()}
    assert rows == {"Máy sao chè tự động": 555 * TRIEU, "Máy vò": 5 * TRIEU}

    years = sent_by(place, empty, SCHEDULE, **{"funding-provincial-2026": "100tr"})
    saved(place, empty, SCHEDULE, **{"funding-counterpart-2027": "1tr", "ends_on": "1/12/2026"})
    response = press(place, empty, "save", years)
    assert keys_of(response) == {
        "funding-provincial-2026": "mine",
        "funding-counterpart-2027": "theirs",
        "ends_on": "theirs",
    }
    press(place, empty, "resolve", read_form(response), SCHEDULE)
    lines = {(x.source.code, x.year): x.requested for x in empty.funding_lines.all() if x.requested}
    assert lines == {
        ("provincial", 2026): 100 * TRIEU,
        ("counterpart", 2026): 220 * TRIEU,
        ("counterpart", 2027): TRIEU,
    }

    firm = make.enterprise(place, "Xưởng mộc")
    parties = sent_by(place, empty, PARTIES, beneficiaries=[str(firm.pk)])
    saved(place, empty, PARTIES, beneficiaries=[])
    response = press(place, empty, "save", parties)
    assert keys_of(response) == {"beneficiaries": ""}
    chosen = read_form(response) | {"choose-beneficiaries": ["mine"]}
    press(place, empty, "resolve", chosen, PARTIES)
    assert [row.enterprise for row in empty.beneficiaries.all()] == [firm]


def test_activities_and_places_and_flags_are_compared_too(place, empty):
    complete(place, empty)
    mine = sent_by(place, empty, CONTENT, places=[], **{"activities-0-units": "2"})
    saved(place, empty, CONTENT, **{"activities-0-units": "5", "activities-0-multiplier": "1,5"})
    response = press(place, empty, "save", mine)
    key = f"activity-{place.activity.pk}"
    assert keys_of(response) == {key: "", "places": "mine"}
    assert "5 kết quả, hệ số 1,5" in text_of(response)
    chosen = read_form(response) | {f"choose-{key}": ["theirs"]}
    press(place, empty, "resolve", chosen, CONTENT)
    assert (empty.activities.get().units, empty.places.count()) == (5, 0)

    unit = sent_by(place, empty, UNIT, is_recoverable="on", survey_place=str(place.commune.pk))
    saved(place, empty, UNIT, kind="several", survey_place="")
    response = press(place, empty, "save", unit)
    assert keys_of(response) == {
        "is_recoverable": "mine", "survey_place": "mine", "kind": "theirs",
    }  # fmt: skip
    press(place, empty, "resolve", read_form(response), UNIT)
    empty.refresh_from_db()
    assert (empty.is_recoverable, empty.kind) == (True, "several")
    assert empty.survey_place == place.commune


def test_a_page_opened_before_a_colleague_submitted_changes_nothing(place):
    proposal = make.draft(place)
    sent = sent_by(place, proposal, GOALS, goals="Muộn")
    fire(proposal, "submit", by=place.people.canbo)
    response = press(place, proposal, "save", sent)
    assert response.status_code == 403
    proposal.refresh_from_db()
    assert proposal.goals != "Muộn"
