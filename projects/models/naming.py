"""What of a name tells an establishment from another: the words for its legal form do not."""

from __future__ import annotations

import re
from typing import Final

from khuyencong.core import text

# As people write them, folded; the longer one first where one begins with another.
_FORMS: Final = (
    *("lien hiep hop tac xa", "lhhtx", "hop tac xa", "htx", "to hop tac", "tht"),
    *("doanh nghiep tu nhan", "dntn", "doanh nghiep", "chi nhanh"),
    *("ho kinh doanh", "hkd", "cong ty", "cty", "ct"),
    *("co phan", "ctcp", "cp", "trach nhiem huu han", "tnhh"),
    *("mot thanh vien", "1 thanh vien", "1tv", "mtv", "hai thanh vien", "2 thanh vien"),
)
_FORM: Final = re.compile(rf"(?:{'|'.join(_FORMS)})(?: |$)")
_SIGNS: Final = re.compile(r"[^\w]+")


def bare(name: str) -> str:
    """«Cty TNHH MTV Chè A» and «Công ty trách nhiệm hữu hạn một thành viên chè A» → «che a».

    A name that is nothing but its legal form stays as it is.
    """
    folded = _SIGNS.sub(" ", text.fold(name)).strip()
    left = folded
    while found := _FORM.match(left):
        left = left[found.end() :]
    return left or folded
