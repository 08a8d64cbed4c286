"""Text as people type it: cleaning, folding for search, Vietnamese order, old codings."""

import re
import unicodedata
from typing import Final, Literal

from django.utils.translation import gettext as _

OldCoding = Literal["TCVN3", "VNI"]


class TextInputError(ValueError):
    """The text cannot be kept; the message (Vietnamese) says what to do."""


# Invisible marks that break search and comparison, or turn the reading direction around.
# The soft hyphen stays: in TCVN3 text it is the letter ư, and old_coding() must still see it.
_INVISIBLE: Final = "\u034f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_LINE_ENDS: Final = re.compile("\r\n|[\r\x85\u2028\u2029\x0b\x0c]")
# U+FFFE and U+FFFF are no characters and make XML (workbooks, SVG) unreadable.
_UNWANTED: Final = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff{_INVISIBLE}]")
_WIDE_SPACES: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def is_broken(text: str) -> bool:
    """Whether text holds what no database column can keep: NUL or a lone surrogate."""
    if "\x00" in text:
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def clean(text: str, *, multiline: bool = False) -> str:
    """Text ready to be stored: composed letters (NFC), no control characters, trimmed.

    On one line, line ends and tabs become spaces, so that words do not grow together.
    """
    if is_broken(text):
        raise TextInputError(_("Nội dung có ký tự hỏng. Xóa đoạn vừa dán rồi gõ lại."))
    if not text.isascii():
        text = _WIDE_SPACES.sub(" ", text)
    text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    if not multiline:
        text = text.replace("\n", " ").replace("\t", " ")
    return unicodedata.normalize("NFC", text).strip()


_DROPPED_FIRST: Final = re.compile(f"[\u00ad{_INVISIBLE}]")
_MARKS: Final = re.compile("[\u0300-\u036f]+")


def fold(text: str) -> str:
    """Text for search that is blind to accents, đ/d, case and spacing."""
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFD", _DROPPED_FIRST.sub("", text.lower()))
    # ð and ɖ look like đ and come from other keyboards.
    text = _MARKS.sub("", text).replace("đ", "d").replace("ð", "d").replace("ɖ", "d")
    return " ".join(text.split())


_DASHES: Final = re.compile("[\u00af\u02d7\u058a\u05be\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u30fc]")


def number_key(number: str) -> str:
    """A document's number for comparison: blind to case, blanks, the kind of dash and of digit.

    Leading zeros count as they are written.
    """
    folded = unicodedata.normalize("NFKC", _DROPPED_FIRST.sub("", number)).casefold()
    return "".join(_DASHES.sub("-", unicodedata.normalize("NFC", folded)).split())[:240]


_ALPHABET: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_CODES: Final = dict(zip(_ALPHABET, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg", strict=True)) | {
    "ð": "G",
    "ɖ": "G",
}
# Dictionary order: ngang, huyền, hỏi, ngã, sắc, nặng.
_TONES: Final = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_TONE_MARKS: Final = re.compile("[" + "".join(_TONES) + "]")


def sort_key(text: str) -> str:
    """An ASCII string whose byte order is the Vietnamese order of text, on every database.

    Three levels, parted by a space, which sorts below everything else: letters (a ă â b … đ …),
    then one tone a syllable (so hòa and hoà stand together), then small before capital.
    Empty trailing levels are left out. About three times as long as the text.
    """
    text = " ".join(unicodedata.normalize("NFD", text).split())
    letters: list[str] = []
    tones: list[str] = []
    cases: list[str] = []
    tone, in_word = "0", False
    for part in re.findall("[^\u0300-\u036f][\u0300-\u036f]*|[\u0300-\u036f]+", text):
        code = _letter_code(part)
        if code is None:
            if in_word:
                tones.append(tone)
            tone, in_word = "0", False
            letters.append(_other_code(part[0]))
            continue
        in_word = True
        letters.append(code)
        cases.append("1" if part[0].isupper() else "0")
        for mark in part[1:]:
            tone = _TONES.get(mark, tone)
    if in_word:
        tones.append(tone)
    levels = ("".join(letters), "".join(tones).rstrip("0"), "".join(cases).rstrip("0"))
    return " ".join(levels).rstrip(" ")


def _letter_code(part: str) -> str | None:
    letter = unicodedata.normalize("NFC", _TONE_MARKS.sub("", part)).lower()
    return _LETTER_CODES.get(letter) or _LETTER_CODES.get(part[0].lower())


def _other_code(character: str) -> str:
    if character == " ":
        return "!"
    if character.isascii():
        if character.isdigit():
            return character
        # Signs sort below digits; the few that ASCII puts above them share one place.
        return character if '"' <= character <= "/" else "/"
    return f"~{ord(character):06x}"


def _old_table(coded: str, plain: str) -> dict[str, str]:
    table = dict(zip(coded.split(), plain.split(), strict=True))
    return table | {key.upper(): letter.upper() for key, letter in table.items()} | table


# TCVN3 (ABC): one Latin-1 character a letter; capitals with a tone use the small letters' codes.
_TCVN3: Final = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
# VNI: a plain vowel followed by its mark, and six letters of their own.
_VNI: Final = _old_table(
    "aø aù aû aõ aï aâ aà aá aå aã aä aê aè aé aú aü aë "
    "eø eù eû eõ eï eâ eà eá eå eã eä oø où oû oõ oï oâ oà oá oå oã oä "
    "ôø ôù ôû ôõ ôï uø uù uû uõ uï öø öù öû öõ öï yø yù yû yõ ô ö æ ó ò î ñ",
    "à á ả ã ạ â ầ ấ ẩ ẫ ậ ă ằ ắ ẳ ẵ ặ "
    "è é ẻ ẽ ẹ ê ề ế ể ễ ệ ò ó ỏ õ ọ ô ồ ố ổ ỗ ộ "
    "ờ ớ ở ỡ ợ ù ú ủ ũ ụ ừ ứ ử ữ ự ỳ ý ỷ ỹ ơ ư ỉ ĩ ị ỵ đ",
)
_VNI_CODES: Final = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_VNI_PAIR: Final = re.compile("|".join(code for code in _VNI if len(code) == 2))

_UNICODE_ONLY: Final = re.compile("[\u0100-\u024f\u1e00-\u1eff]")
_WORDS: Final = re.compile("[A-Za-z\xa1-\xaf\xb5-\xff]+")
_SYLLABLE: Final = re.compile(
    "(?:ngh|ng|nh|ch|gh|gi|kh|ph|th|tr|[bcdđghklmnprstvx])?"
    "(?:"
    "(?:oa|oă|ă|a)(?:ch|ng|nh|[cmnptiouy])?"
    "|uâ(?:ng|[nty])|â(?:ng|[cmnptuy])"
    "|(?:oe|e)(?:ng|[cmnptou])?|uê(?:ch|nh|n)?|ê(?:ch|ng|nh|[mnptu])?"
    "|oo(?:ng|[cn])|uô(?:ng|[cmnti])|[oôơ](?:ng|[cmnptiu])?"
    "|iê(?:ng|[cmnptu])|ia|i(?:ch|nh|[mnptu])?"
    "|yê(?:ng|[mntu])|uyê[nt]|uya|uy(?:ch|nh|[tnpu])?|y"
    "|ươ(?:ng|[cmnptiu])|ưa|uơ|ua|[uư](?:ng|[cmnptiu])?"
    ")"
    "|qu(?:a|ă|â|e|ê|i|y|yê|ô|ơ)(?:ch|ng|nh|[cmnptiouy])?"
)
# Syllables that end in a stop carry one of two tones only (sắc, nặng).
_STOPPED: Final = re.compile("(?:c|ch|p|t)$")
_STOP_TONES: Final = frozenset("\u0301\u0323")
_ABBREVIATION: Final = re.compile("[BCDĐGHKLMNPQRSTVX]{2,}")
_UNITS_OF_MEASURE: Final = frozenset({"µm"})


def old_coding(text: str) -> OldCoding | None:
    """The coding that text was typed in before Unicode, if it plainly was one; else None.

    Ask before clean(). Words that are no Vietnamese syllables as they stand, but become such
    when read in the old coding, speak for it; one in five may stay unreadable.
    A single word can look sound in both ("Một" typed in TCVN3 is "Mét"): join the cells of a row
    or a column where there are several.
    """
    text = unicodedata.normalize("NFC", text)
    if text.isascii() or _UNICODE_ONLY.search(text):
        return None
    strange = [word for word in _WORDS.findall(text) if _is_strange(word)]
    if not strange:
        return None
    votes: dict[OldCoding, int] = {
        "TCVN3": sum(map(_is_word, map(_from_tcvn3, strange))),
        "VNI": sum(map(_is_word, map(_from_vni, strange))),
    }
    # A vowel with its own mark behind it is rare in TCVN3 and the rule in VNI.
    paired = any(_VNI_PAIR.search(word) for word in strange)
    best: OldCoding = "VNI" if votes["VNI"] + paired > votes["TCVN3"] else "TCVN3"
    return best if votes[best] * 5 >= len(strange) * 4 else None


def _is_strange(word: str) -> bool:
    if word.isascii() or word in _UNITS_OF_MEASURE:
        return False
    return any(c.isascii() for c in word) and not _is_syllable(word)


def _from_tcvn3(word: str) -> str:
    return "".join(_TCVN3.get(character, character) for character in word)


def _from_vni(word: str) -> str:
    return _VNI_CODES.sub(lambda found: _VNI[found.group()], word)


def _is_word(word: str) -> bool:
    return _is_syllable(word) or bool(_ABBREVIATION.fullmatch(word))


def _is_syllable(word: str) -> bool:
    marked = unicodedata.normalize("NFD", word.lower())
    tones = _TONE_MARKS.findall(marked)
    plain = unicodedata.normalize("NFC", _TONE_MARKS.sub("", marked))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(plain):
        return False
    return not _STOPPED.search(plain) or (bool(tones) and tones[0] in _STOP_TONES)
