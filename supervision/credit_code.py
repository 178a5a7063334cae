"""The unified social credit code (统一社会信用代码, GB 32100-2015) of an organisation.

python-stdnum knows it too, but refuses codes that begin with a letter (rural collectives have N, others A and Y), and
takes ten times as long, which a feed's every row would pay.
"""

import re
from operator import mul
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS: Final = (*(pow(3, place, 31) for place in range(17)), 1)
_FORM = re.compile(rf"[0-9ANY][0-9A-GY][0-9]{{6}}[{_ALPHABET}]{{10}}")


def is_credit_code(code: str) -> bool:
    """Whether 18 characters, in capitals, are a credit code whose check character is right."""
    return _FORM.fullmatch(code) is not None and sum(map(mul, map(_VALUES.__getitem__, code), _WEIGHTS)) % 31 == 0
