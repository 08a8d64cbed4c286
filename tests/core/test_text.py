"""Cleaning, search blind to accents, Vietnamese order, old codings."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khuyencong.core.text import TextInputError, clean, fold, old_coding, sort_key

random_inputs = settings(deadline=None, database=None)
storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
vietnamese = st.text(
    "aăâeêioôơuưyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵbcdđghklmnpqrstvx "
    "AĂÂĐÊÔƠƯ09-,.'/"
)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "ghi chú \udfff"])
def test_text_no_database_can_keep_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(TextInputError, match="gõ lại"):
        clean(text)
    with pytest.raises(TextInputError, match="gõ lại"):
        clean(text, multiline=True)


@pytest.mark.parametrize(
    ("typed", "line", "lines"),
    [
        ("  Sơn La \n", "Sơn La", "Sơn La"),
        (unicodedata.normalize("NFD", "Chế biến chè"), "Chế biến chè", "Chế biến chè"),
        ("một\r\nhai\tba", "một hai ba", "một\nhai\tba"),
        ("một\u2028hai\rba", "một hai ba", "một\nhai\nba"),
        ("a\x07b\x7fc\x9bd", "abcd", "abcd"),
        ("Sơn\u00a0La", "Sơn La", "Sơn La"),
        ("e\u200b\u0301", "é", "é"),
        ("\ufeffchè\u202e", "chè", "chè"),
        ("\uffff=1+1", "=1+1", "=1+1"),
        ("", "", ""),
    ],
)
def test_text_is_composed_trimmed_and_free_of_control_characters(
    typed: str, line: str, lines: str
) -> None:
    assert clean(typed) == line
    assert clean(typed, multiline=True) == lines


@given(storable)
@random_inputs
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    for multiline in (False, True):
        cleaned = clean(text, multiline=multiline)
        assert clean(cleaned, multiline=multiline) == cleaned
        assert unicodedata.is_normalized("NFC", cleaned)
        assert {c for c in cleaned if unicodedata.category(c) == "Cc"} <= {"\n", "\t"}
        assert multiline or not {"\n", "\t"} & set(cleaned)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Chế biến chè", "che bien che"),
        ("ĐƯỜNG  Đỗ\u00a0Văn\n", "duong do van"),
        (unicodedata.normalize("NFD", "Mường Tè"), "muong te"),
        ("hòa hoà", "hoa hoa"),
        ("Ðà Nẵng", "da nang"),
        ("QĐ-407/UBND", "qd-407/ubnd"),
        ("I\u0307", "i"),
        ("soft\u00adhyphen", "softhyphen"),
        ("", ""),
    ],
)
def test_search_text_is_blind_to_accents_case_and_spacing(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
@random_inputs
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(vietnamese)
@random_inputs
def test_folded_vietnamese_is_plain_ascii_however_it_is_composed(text: str) -> None:
    assert fold(text).isascii()
    assert fold(unicodedata.normalize("NFD", text)) == fold(text.upper()) == fold(text)


@pytest.mark.parametrize(
    "ordered",
    [
        list("aăâbcdđeêghiklmnoôơpqrstuưvxy"),
        list("eêfgijkvwxyz"),
        list("aàảãáạăằẳẵắặâầẩẫấậ"),
        ["ba", "bà", "bả", "bã", "bá", "bạ", "băm", "bâm"],
        ["az", "ăn", "âm", "ba"],
        ["dũng", "đa", "đà", "e"],
        ["Ba An", "Ba Bình", "Bà Bình", "Bá Bình", "Baan"],
        ["Bá An", "Ba Bình"],
        ["lan", "Lan", "làn", "Làn", "LÀN"],
        ["hoa", "hòa", "hỏa", "hoá", "hoạ", "hoan"],
        ["", " -", "1", "10", "2", "a", "z", "я", "中"],
        ["Nậm Nhùn", "Phong Thổ", "Sìn Hồ", "Tam Đường", "Tân Uyên", "Than Uyên"],
    ],
)
def test_keys_sort_in_vietnamese_order(ordered: list[str]) -> None:
    keys = [sort_key(text).encode("ascii") for text in ordered]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_levels_without_news_are_left_out() -> None:
    assert len(sort_key("lang")) == len("lang")
    assert " " not in sort_key("lang son")


def test_both_ways_to_place_a_tone_stand_together() -> None:
    assert sort_key("Hòa") == sort_key("Hoà")
    assert sort_key("thủy") == sort_key("thuỷ")


_ORDER = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {mark: place for place, mark in enumerate("\u0300\u0309\u0303\u0301\u0323", start=1)}


def _levels(word: str) -> tuple[list[int], int, list[bool]]:
    """The order of one word by the book, reckoned another way."""
    tone, letters = 0, ""
    for character in unicodedata.normalize("NFD", word):
        if character in _TONES:
            tone = _TONES[character]
        else:
            letters += character
    letters = unicodedata.normalize("NFC", letters)
    return [_ORDER[c] for c in letters.lower()], tone, [c.isupper() for c in letters]


syllables = st.builds(
    lambda onset, vowel, coda: onset + vowel + coda,
    st.sampled_from(["", "b", "B", "d", "đ", "Đ", "h", "t", "th"]),
    st.sampled_from("aàạăắâậeêếoôơởớuưứyýAĂẤ"),
    st.sampled_from(["", "n", "ng", "m", "N"]),
)


@given(syllables, syllables)
@random_inputs
def test_keys_agree_with_the_order_of_dictionaries(one: str, other: str) -> None:
    assert (sort_key(one) < sort_key(other)) == (_levels(one) < _levels(other))


@given(st.text())
@random_inputs
def test_keys_are_ascii_and_do_not_depend_on_composition(text: str) -> None:
    key = sort_key(text)
    assert key.isascii()
    assert key.isprintable()
    assert sort_key(unicodedata.normalize("NFC", text)) == key


@given(vietnamese, vietnamese)
@random_inputs
def test_words_sort_before_their_own_continuation(one: str, other: str) -> None:
    if one.strip() and other.strip():
        assert sort_key(one) < sort_key(f"{one} {other}")


SENTENCES = (
    "Cộng hòa xã hội chủ nghĩa Việt Nam",
    "Độc lập - Tự do - Hạnh phúc",
    "Quyết định số 407/QĐ-UBND của Ủy ban nhân dân tỉnh",
    "Hỗ trợ ứng dụng máy móc tiên tiến trong chế biến chè, công suất 500 kg/giờ",
    "Xây dựng mô hình trình diễn kỹ thuật; chuyển giao công nghệ",
    "Đề án xử lý ô nhiễm môi trường tại cụm công nghiệp",
    "Lò Văn Ắng, người đại diện theo pháp luật",
    "Ngân sách tỉnh hỗ trợ ba trăm triệu đồng, cơ sở đối ứng phần còn lại",
    "Thuỷ điện nhỏ, sấy thảo quả, nghề dệt thổ cẩm và rượu ngô",
)
TCVN3 = {
    letter: code
    for code, letter in zip(
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
}
_VNI_TONES = {"\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0301": "ù", "\u0323": "ï"}
_VNI_ROUND = {"": "â", "\u0300": "à", "\u0309": "å", "\u0303": "ã", "\u0301": "á", "\u0323": "ä"}
_VNI_SHORT = {"": "ê", "\u0300": "è", "\u0309": "ú", "\u0303": "ü", "\u0301": "é", "\u0323": "ë"}
_VNI_OWN = dict(zip("đơưỉĩịỵìí", "ñôöæóòîìí", strict=True))


def _in_tcvn3(text: str) -> str:
    return "".join(TCVN3.get(c) or TCVN3.get(c.lower(), c) for c in text)


def _in_vni(text: str) -> str:
    coded = ""
    for letter in text:
        own = _VNI_OWN.get(letter.lower())
        marked = unicodedata.normalize("NFD", letter)
        tone = next((mark for mark in marked[1:] if mark in _VNI_TONES), "")
        if own:
            code = own
        elif "\u0302" in marked:
            code = marked[0] + _VNI_ROUND[tone]
        elif "\u0306" in marked:
            code = marked[0] + _VNI_SHORT[tone]
        elif "\u031b" in marked:
            code = _VNI_OWN[unicodedata.normalize("NFC", marked[0].lower() + "\u031b")]
            code += _VNI_TONES.get(tone, "")
        else:
            code = marked[0] + _VNI_TONES.get(tone, "")
        coded += code.upper() if letter.isupper() else code
    return coded


def test_the_test_codes_text_as_the_old_fonts_did() -> None:
    assert _in_tcvn3("Cộng hòa xã hội chủ nghĩa Việt Nam") == "Céng hßa x· héi chñ nghÜa ViÖt Nam"
    assert (
        _in_vni("Cộng hòa xã hội chủ nghĩa Việt Nam") == "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam"
    )


@pytest.mark.parametrize("sentence", SENTENCES)
def test_old_codings_are_recognised_and_unicode_is_left_alone(sentence: str) -> None:
    assert old_coding(_in_tcvn3(sentence)) == "TCVN3"
    assert old_coding(_in_vni(sentence)) == "VNI"
    assert old_coding(_in_vni(sentence.upper())) == "VNI"
    assert old_coding(sentence) is None
    assert old_coding(unicodedata.normalize("NFD", sentence)) is None
    for word in sentence.split():
        assert old_coding(word) is None


@pytest.mark.parametrize(
    ("text", "coding"),
    [
        ("mãc", "TCVN3"),
        ("Quèc", "TCVN3"),
        ("N§ 45, Q§ 407, H§ND", "TCVN3"),
        ("Tr\xadêng", "TCVN3"),
        ("Pheâ", "VNI"),
        ("Coâng", "VNI"),
        ("Bé C«ng Th\xad¬ng, Së C«ng Th\xad¬ng (Nescafé®)", "TCVN3"),
    ],
)
def test_single_words_tell_the_coding_where_they_can(text: str, coding: str) -> None:
    assert old_coding(text) == coding


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10 µm",
        "Đại lý của hãng Sø",
        "Khuyen cong 2021",
        "Hoà Bình, Hà Giang, Thanh Hoá",
        "máy móc",
        "Công ty TNHH chè Than Uyên",
        "nhà máy sấy nông sàn",
        "10 µm, 5 m², 20 °C, ±2, 3×4, ½ tấn, § 5, © 2021",
        "Nhãn hiệu Nescafé® và Citroën",
        "café, naïve, façade, Zürich, São Paulo, Núñez, Malmö, Besançon",
        "La société a été créée à Besançon près de la forêt",
        "Die Prüfung für Bürger in München",
        "El niño compró una piñata mañana",
        "Příliš žluťoučký kůň",
    ],
)
def test_other_text_with_accents_is_no_old_coding(text: str) -> None:
    assert old_coding(text) is None


@given(st.text())
@random_inputs
def test_the_question_about_old_codings_always_has_an_answer(text: str) -> None:
    assert old_coding(text) in (None, "TCVN3", "VNI")
