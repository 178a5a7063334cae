"""The names of regions by GB/T 2260 code."""

import re
from functools import cache

from stdnum import numdb

_SINCE = re.compile(r"^\[[^\]]*\]")


@cache
def region_name(code: str) -> str:
    """The name of a region, the code itself where it is unknown; a county's without its province's."""
    parts = numdb.get("cn/loc").info(code)
    properties = {name: value for _digits, found in parts for name, value in found.items()}
    name = properties.get("county") or properties.get("province")
    return _SINCE.sub("", name.split(",")[0]) if name else code
