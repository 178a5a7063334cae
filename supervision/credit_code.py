"""The unified social credit code (统一社会信用代码, GB 32100-2015) of an organisation, and the numbers it replaced.

python-stdnum knows it too, but refuses codes that begin with a letter (rural collectives have N, others A and Y), and
takes ten times as long, which a feed's every row would pay.
"""

import re
from operator import mul
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS: Final = (*(pow(3, place, 31) for place in range(17)), 1)
_PLACES: Final = ("0-9ANY", "0-9A-GY", *["0-9"] * 6, *[_ALPHABET] * 10)
_FORM = re.compile("".join(f"[{place}]" for place in _PLACES))
_EACH_PLACE: Final = tuple(re.compile(f"[{place}]") for place in _PLACES)

_REGISTRATION_NUMBER = re.compile("[0-9]{15}")
_INSTITUTION_CODE = re.compile("[0-9A-Z]{8}-?[0-9X]")
_INSTITUTION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


def is_credit_code(code: str) -> bool:
    """Whether 18 characters, in capitals, are a credit code whose check character is right."""
    return _FORM.fullmatch(code) is not None and sum(map(mul, map(_VALUES.__getitem__, code), _WEIGHTS)) % 31 == 0


def misplaced_character(code: str) -> int | None:
    """The place, from 1, of the first character that no credit code has there; None where only the check can tell."""
    for place, (allowed, character) in enumerate(zip(_EACH_PLACE, code, strict=False), start=1):
        if not allowed.fullmatch(character):
            return place
    return None


def is_registration_number(number: str) -> bool:
    """Whether 15 digits are a business's registration number (工商注册号) whose check digit is right."""
    if not _REGISTRATION_NUMBER.fullmatch(number):
        return False
    remainder = 10
    for digit in number[:-1]:
        remainder = ((remainder + int(digit)) % 10 or 10) * 2 % 11
    return (remainder + int(number[-1])) % 10 == 1


def is_institution_code(code: str) -> bool:
    """Whether nine characters are an organisation code (组织机构代码, GB 11714) whose check character is right."""
    if not _INSTITUTION_CODE.fullmatch(code):
        return False
    check = -sum(map(mul, (int(character, 36) for character in code[:8]), _INSTITUTION_WEIGHTS)) % 11
    return code[-1] == "0123456789X"[check]
