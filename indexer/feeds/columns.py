"""The columns of the published penalty table (双公示) and the headers they are known by.

A column's name here is its Chinese name in the standard, which is also what it is called in errors and in
`published_extras`. The tables of 2015-16 have some columns more, which have names of their own.
"""

import re
import unicodedata
from typing import Final

PARTY_NAME: Final = "行政相对人名称"
PARTY_CATEGORY: Final = "行政相对人类别"
PARTY_USCC: Final = "行政相对人代码_1(统一社会信用代码)"
PARTY_REGISTRATION: Final = "行政相对人代码_2(工商注册号)"
PARTY_ORGANISATION_CODE: Final = "行政相对人代码_3(组织机构代码)"
PARTY_TAX_NUMBER: Final = "行政相对人代码_4(税务登记号)"
PARTY_INSTITUTION_NUMBER: Final = "行政相对人代码_5(事业单位证书号)"
PARTY_SOCIETY_NUMBER: Final = "行政相对人代码_6(社会组织登记证号)"
PARTY_SOCIETY_NUMBER_2: Final = "社会组织登记证号(shzzdjzh)"
LEGAL_REPRESENTATIVE: Final = "法定代表人"
REPRESENTATIVE_PAPER: Final = "法定代表人证件类型"
REPRESENTATIVE_NUMBER: Final = "法定代表人证件号码"
PERSON_PAPER: Final = "证件类型(自然人)"
PERSON_NUMBER: Final = "证件号码(自然人)"
DOCUMENT_NUMBER: Final = "行政处罚决定书文号"
VIOLATION_TYPE: Final = "违法行为类型"
FACTS: Final = "违法事实"
LEGAL_BASIS: Final = "处罚依据"
PENALTY_KINDS: Final = "处罚类别"
PENALTY_KINDS_2: Final = "处罚类别2"
PENALTY_CONTENT: Final = "处罚内容"
FINE: Final = "罚款金额(万元)"
FINE_YUAN: Final = "罚款金额(元)"
CONFISCATED: Final = "没收违法所得、没收非法财物的金额(万元)"
CONFISCATED_YUAN: Final = "没收违法所得、没收非法财物的金额(元)"
LICENCE: Final = "暂扣或吊销证照名称及编号"
DECIDED_ON: Final = "处罚决定日期"
VALID_UNTIL: Final = "处罚有效期"
SHOWN_UNTIL: Final = "公示截止期"
AGENCY_NAME: Final = "处罚机关"
AGENCY_USCC: Final = "处罚机关统一社会信用代码"
SOURCE_NAME: Final = "数据来源单位"
SOURCE_USCC: Final = "数据来源单位统一社会信用代码"
REMARK: Final = "备注"

_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    PARTY_NAME: ("CF_XDR_MC",),
    PARTY_CATEGORY: ("CF_XDR_LB",),
    PARTY_USCC: ("行政相对人代码_1", "统一社会信用代码", "CF_XDR_SHXYM"),
    PARTY_REGISTRATION: ("行政相对人代码_2", "工商注册号", "工商登记码", "CF_XDR_GSZC", "CF_XDR_GSDJ"),
    PARTY_ORGANISATION_CODE: ("行政相对人代码_3", "组织机构代码", "CF_XDR_ZZJG", "CF_XDR_ZDM"),
    PARTY_TAX_NUMBER: ("行政相对人代码_4", "税务登记号", "CF_XDR_SWDJ"),
    PARTY_INSTITUTION_NUMBER: ("行政相对人代码_5", "事业单位证书号", "CF_XDR_SYDW"),
    PARTY_SOCIETY_NUMBER: ("行政相对人代码_6", "社会组织登记证号", "CF_XDR_SHZZ"),
    # Some tables have this column beside the standard's.
    PARTY_SOCIETY_NUMBER_2: ("shzzdjzh",),
    LEGAL_REPRESENTATIVE: ("CF_FRDB", "CF_FR", "CF_FDDB"),
    REPRESENTATIVE_PAPER: ("CF_FR_ZJLX",),
    REPRESENTATIVE_NUMBER: ("法定代表人身份证号", "CF_FR_ZJHM", "CF_FR_SFZH"),
    PERSON_PAPER: ("证件类型", "CF_XDR_ZJLX"),
    PERSON_NUMBER: ("证件号码", "居民身份证号", "居民身份证号码", "CF_XDR_ZJHM", "CF_XDR_SFZ"),
    DOCUMENT_NUMBER: ("CF_WSH",),
    VIOLATION_TYPE: ("CF_WFXW",),
    FACTS: ("处罚事由", "CF_SY"),
    LEGAL_BASIS: ("CF_YJ",),
    PENALTY_KINDS: ("处罚类别1", "CF_CFLB", "CF_CFLB1"),
    PENALTY_KINDS_2: ("CF_CFLB2",),
    PENALTY_CONTENT: ("处罚结果", "CF_NR", "CF_JG"),
    FINE: ("罚款金额", "CF_NR_FK"),
    FINE_YUAN: (),
    CONFISCATED: ("没收违法所得、没收非法财物的金额", "CF_NR_WFFF"),
    CONFISCATED_YUAN: (),
    LICENCE: ("CF_NR_ZKDX",),
    DECIDED_ON: ("CF_JDRQ",),
    VALID_UNTIL: ("CF_YXQ",),
    SHOWN_UNTIL: ("CF_GSJZQ",),
    AGENCY_NAME: ("CF_CFJG", "CF_XZJG"),
    AGENCY_USCC: ("CF_CFJGDM",),
    SOURCE_NAME: ("CF_SJLY",),
    SOURCE_USCC: ("CF_SJLYDM",),
    REMARK: ("BZ",),
}

_UNHEARD = re.compile(r"[^\w()]|_")
_REQUIRED_MARK = "(必填)"
_NUMBERED = re.compile(r"行政相对人代码[0-9]\((.+)\)")
LONGEST_HEADER: Final = 80
"""Characters in the longest header that is looked up."""


def header_key(header: str) -> str:
    """A header as headers are compared: without white space, width, case, punctuation and the mark (必填)."""
    return _UNHEARD.sub("", unicodedata.normalize("NFKC", header)).upper().replace(_REQUIRED_MARK, "")


_COLUMNS: Final[dict[str, str]] = {
    header_key(header): column for column, others in _HEADERS.items() for header in (column, *others)
}


def column_of(header: str) -> str | None:
    """The column a header means, by its Chinese name or its code in any spelling; None for one we do not know."""
    if not header or len(header) > LONGEST_HEADER:
        return None
    key = header_key(header)
    if (numbered := _NUMBERED.fullmatch(key)) is not None:
        # The versions of the standard number the codes differently; the words in brackets say which it is.
        return _COLUMNS.get(key) or _COLUMNS.get(numbered[1])
    return _COLUMNS.get(key)
