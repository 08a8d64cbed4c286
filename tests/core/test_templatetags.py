"""How figures, days, states and form fields look in templates."""

import datetime
import re
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest
from django import forms
from django.template import engines
from django.utils import translation

from khuyencong.core.forms import PortalForm
from khuyencong.core.refusals import Fault
from khuyencong.core.templatetags import kc
from tests.processes import ROOT


@pytest.fixture(autouse=True)
def vietnamese():
    with translation.override("vi"):
        yield


def render(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (10_814_000_000, "10.814"),
        (290_500_000, "290,5"),
        (290_050_000, "290,05"),
        (1_234_567, "1,235"),
        (1_000, "0,001"),
        (-50_000_000, "-50"),
        (0, "0"),
        (None, "–"),
        ("", "–"),
    ],
)
def test_money_is_shown_in_trieu_with_as_many_decimals_as_it_needs(amount, shown):
    assert kc.trieu(amount) == shown


@pytest.mark.parametrize(
    ("amount", "digits", "shown"),
    [
        (10_814_000_000, 1, "10.814,0"),
        (290_550_000, 1, "290,6"),
        (290_449_999, 1, "290,4"),
        (0, 1, "0,0"),
        (999_950_000, 1, "1.000,0"),
        (None, 1, "–"),
    ],
)
def test_money_can_be_shown_with_a_fixed_number_of_decimals(amount, digits, shown):
    assert kc.trieu(amount, digits) == shown


def test_filters_work_in_templates_without_a_load_tag():
    source = "{{ a|trieu }} {{ a|trieu:1 }} {{ a|dong }} {{ r|pct }} {{ n|number }} {{ no|trieu }}"
    assert render(source, a=300_500_000, r=Fraction(1, 3), n=10_000) == (
        "300,5 300,5 300.500.000 33,3% 10.000 –"
    )


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (Fraction(48400, 75300), "64,3%"),
        (Fraction(26900, 75300), "35,7%"),
        (Decimal("0.6428"), "64,3%"),
        (Decimal("0.00050"), "0,1%"),
        (0.0005, "0,1%"),
        (Fraction(1, 2001), "0,0%"),
        (0, "0,0%"),
        (1, "100,0%"),
        (None, "–"),
    ],
)
def test_a_share_has_one_decimal_rounded_half_up(rate, shown):
    assert kc.pct(rate) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1_234_567, "1.234.567"),
        (Decimal("2.50"), "2,5"),
        (Decimal("1E+3"), "1.000"),
        (Decimal("-0.5"), "-0,5"),
        (1.25, "1,25"),
        (None, "–"),
    ],
)
def test_counts_and_quantities(value, shown):
    assert kc.number(value) == shown


def test_a_page_in_english_has_the_signs_the_other_way_round():
    with translation.override("en"):
        assert kc.trieu(10_814_500_000) == "10,814.5"
        assert kc.dong(300_000_000) == "300,000,000"
        assert kc.pct(Fraction(48400, 75300)) == "64.3%"
        assert kc.number(Decimal("1234.5")) == "1,234.5"


def test_days_and_instants():
    instant = datetime.datetime(2021, 3, 14, 18, 5, tzinfo=datetime.UTC)
    assert kc.vndate(datetime.date(2021, 3, 5)) == "05/03/2021"
    assert kc.vndate(instant) == "15/03/2021", "the day in the portal's own time zone"
    assert kc.vndate(None) == kc.vndatetime(None) == "chưa có"
    shown = kc.vndatetime(instant)
    assert "01:05" in shown and "15/03/2021" in shown


@pytest.mark.parametrize(
    ("name", "letters"), [("Trần Văn Hòa", "TH"), ("Lò Thị Mai", "LM"), ("quantri", "Q"), ("", "")]
)
def test_initials_are_of_the_first_and_the_last_word(name, letters):
    assert kc.initials(name) == letters


def test_an_icon_is_silent_beside_words_and_has_a_name_alone():
    assert 'aria-hidden="true"' in kc.icon("search") and "vh" not in kc.icon("search")
    assert kc.icon("x", label="Xóa <1>").endswith('<span class="vh">Xóa &lt;1&gt;</span>')


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', sprite))
    named = set()
    for page in (ROOT / "templates").rglob("*.html"):
        named |= set(re.findall(r'{% icon "([^"]+)"', page.read_text(encoding="utf-8")))
    assert named and named <= drawn


def test_a_state_is_a_dot_and_a_word():
    assert kc.status("returned", "Trả lại") == '<span class="st w o">Trả lại</span>'
    assert kc.status("unheard-of", "<b>") == '<span class="st">&lt;b&gt;</span>'


def test_a_source_has_its_fixed_colour():
    record = SimpleNamespace(kind="national")
    assert kc.source("provincial", "Ngân sách") == (
        '<span class="src src-provincial">Ngân sách</span>'
    )
    assert kc.source(record, "Quốc gia") == '<span class="src src-national">Quốc gia</span>'


class Sample(PortalForm, forms.Form):
    name = forms.CharField(label="Tên đề án", max_length=5, help_text="Như trong tờ trình")
    kind = forms.ChoiceField(label="Nguồn", choices=[("a", "A"), ("b", "B")])
    way = forms.ChoiceField(label="Cách làm", choices=[("a", "A")], widget=forms.RadioSelect)
    count = forms.IntegerField(label="Số lượng", required=False, max_value=9)
    amount = forms.DecimalField(label="Tỷ lệ 100%", required=False, max_value=5)
    day = forms.DateField(label="Ngày bắt đầu", required=False)
    agreed = forms.BooleanField(label="Đã kiểm tra")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)
    own = forms.CharField(label="UBND tỉnh", error_messages={"required": "Của riêng ô này."})


def test_a_fault_says_what_to_do():
    form = Sample({"name": "quá dài", "count": "12", "amount": "7", "day": "mai", "kind": "z"})
    assert {name: list(messages) for name, messages in form.errors.items()} == {
        "name": ["Tên đề án dài tối đa 5 ký tự, đang có 7."],
        "kind": ["Nguồn: lựa chọn này không còn. Chọn lại trong danh sách."],
        "way": ["Chọn cách làm."],
        "count": ["Số lượng phải từ 9 trở xuống."],
        "amount": ["Tỷ lệ 100% phải từ 5 trở xuống."],
        "day": ["Ngày bắt đầu phải là một ngày, ví dụ 15/03/2021."],
        "agreed": ["Đánh dấu ô “Đã kiểm tra”."],
        "own": ["Của riêng ô này."],
    }
    assert "Nhập tên đề án." in Sample({}).errors["name"]
    assert "Số lượng phải là số nguyên, ví dụ 30." in Sample({"count": "x"}).errors["count"]


def test_a_number_box_keeps_what_was_typed_and_takes_a_comma():
    form = Sample({"count": "hai", "amount": "2,5"})
    assert 'value="hai"' in str(form["count"]) and 'type="text"' in str(form["count"])
    form.full_clean()
    assert form.cleaned_data["amount"] == Decimal("2.5")


def test_inputs_have_our_class_once_and_no_required_attribute():
    html = render(
        "{% field form.name %}{% field form.kind %}{% field form.agreed %}", form=Sample()
    )
    assert html.count('class="in"') == 2
    assert " required" not in html


def test_a_field_ties_label_hint_and_fault_to_its_input():
    html = render("{% field form.name %}", form=Sample({"name": "quá dài", "secret": "x"}))
    assert '<label for="id_name">Tên đề án</label>' in html
    assert 'aria-describedby="id_name_error id_name_helptext"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="err" id="id_name_error">' in html
    assert '<p class="hint" id="id_name_helptext">Như trong tờ trình</p>' in html


def test_an_optional_field_says_so_unless_told_otherwise():
    form = Sample()
    assert "(không bắt buộc)" in render("{% field form.count %}", form=form)
    assert "(không bắt buộc)" not in render("{% field form.count optional=False %}", form=form)
    assert "(không bắt buộc)" not in render("{% field form.name %}", form=form)


def test_choices_are_a_fieldset_with_a_legend():
    html = render("{% field form.way hint='Một cách' %}", form=Sample({"secret": "x"}))
    assert '<legend class="lab">Cách làm</legend>' in html
    assert '<fieldset class="f bad" aria-describedby="id_way_error id_way_helptext">' in html
    assert '<label class="chk" for="id_way_0"><input type="radio"' in html


def test_hidden_fields_are_only_an_input():
    assert render("{% field form.secret %}", form=Sample()).strip() == (
        '<input type="hidden" name="secret" id="id_secret">'
    )


def test_a_field_takes_label_affix_and_attributes():
    html = render(
        "{% field form.count label='Tiền' affix='triệu đồng' inputmode='decimal' hx_post='/x' %}",
        form=Sample(),
    )
    assert 'for="id_count">Tiền<span class="vh">, triệu đồng</span>' in html
    assert '<span aria-hidden="true">triệu đồng</span>' in html
    assert 'hx-post="/x"' in html and 'inputmode="decimal"' in html


def test_the_summary_links_every_fault_to_its_input():
    form = Sample({"name": "quá dài", "kind": "a", "agreed": "on", "own": "x"})
    form.add_error(None, "Hai nguồn lệch nhau.")
    html = render(
        "{% errsum form faults %}", form=form, faults=[Fault("Thiếu tệp", "files"), ("Đơn", "x")]
    )
    assert "Có 5 chỗ cần sửa" in html
    assert '<h2 id="errsum" tabindex="-1" autofocus>' in html
    assert '<a href="#id_name">Tên đề án dài tối đa 5 ký tự, đang có 7.</a>' in html
    assert '<a href="#id_way_0">Chọn cách làm.</a>' in html
    assert "<li>Hai nguồn lệch nhau.</li>" in html
    assert '<a href="#id_files">Thiếu tệp</a>' in html and '<a href="#x">Đơn</a>' in html


def test_the_summary_reads_formsets_and_is_absent_without_faults():
    rows = forms.formset_factory(Sample, max_num=1, validate_max=True)
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-name": "quá dài"}
    html = render("{% errsum rows title='Xem lại' %}", rows=rows(data))
    assert "Xem lại" in html and 'href="#id_form-0-name"' in html
    assert (
        render("{% errsum rows form none %}", rows=rows(), form=Sample(), none=None).strip() == ""
    )
