"""Cases whose texts are hard to search or must not be shown whole, of our own writing.

Signs between words, numbers in every dress, letters of other alphabets, words that stop lists drop, fields that end
where the next one could go on, and natural persons' names as printers and keyboards leave them.
"""

from collections.abc import Mapping
from typing import Any

ODD_AGENCY: Mapping[str, Any] = {
    "name": "云阳县综合行政执法局",
    "aliases": ["云阳城管大队", "云阳县数字执法中心"],
    "region": "500235",
    "domains": ["OTHER"],
}

PERSON_OF_TWO = "吴立秋"
OTHER_PERSON_OF_TWO = "郑大雪"
PERSON_INTRODUCED = "冯寒露"
PERSON_WRITTEN_ODDLY = "卫立冬"
ODD_PERSONS = (PERSON_OF_TWO, OTHER_PERSON_OF_TWO, PERSON_INTRODUCED, PERSON_WRITTEN_ODDLY)

ODD_CASES: Mapping[str, Mapping[str, Any]] = {
    # Where one field ends another could go on.
    "T1": {
        "documentNumber": "云综罚〔2019〕1号",
        "filingNumber": "云立〔2019〕31号",
        "title": "鼠牛",
        "party": {"type": "ORGANIZATION", "name": "虎兔商行"},
        "violationType": "龙蛇",
        "facts": "马羊",
        "legalBasis": "猴鸡",
        "penaltyContent": "狗猪",
        "decidedOn": "2019-08-01",
    },
    "T2": {
        "documentNumber": "云综罚〔2019〕2号",
        "party": {"type": "ORGANIZATION", "name": "云阳县阳光合作社"},
        "facts": "该社的章程之修订，由理事会的会议作出。",
        "decidedOn": "2019-08-02",
    },
    "T3": {
        "documentNumber": "云综罚〔2019〕3号",
        "party": {"type": "ORGANIZATION", "name": "云阳县清泉饮品厂"},
        "facts": "依《食品〈添加剂〉标准》第3.2.1条与§12，对「合格证」『乙类』及〔附件〕【甲表】作出认定。",
        "legalBasis": "《食品安全法》第一百二十四条第一款第（二）项、第34条",
        "decidedOn": "2019-08-03",
    },
    "T4": {
        "documentNumber": "云综罚〔2019〕4号",
        "party": {"type": "ORGANIZATION", "name": "云阳县远山通信队"},
        "facts": "5G基站旁H2O₂浓度３％，PM２．５超标１０倍；№7货柜内存Ⅷ类货物，占地30㎡，见①号库。",
        "decidedOn": "2019-08-04",
    },
    "T5": {
        "documentNumber": "云综罚〔2019〕5号",
        "party": {"type": "ORGANIZATION", "name": "云阳县外文书屋"},
        "facts": "Café Zürich标签，ﬁre标识，МОСКВА制，서울제，𠮷野家，人々。",
        "decidedOn": "2019-08-05",
    },
    "T6": {
        "documentNumber": "云综罚〔2019〕6号",
        "party": {"type": "ORGANIZATION", "name": "云阳县长河货栈"},
        "facts": "处以人民币1,200.50元，缴纳3万元，余￥0.8万元，合计叁万贰仟元整。",
        "decidedOn": "2019-08-06",
    },
    "T7": {
        "documentNumber": "云综罚〔2019〕7号",
        "title": f"{PERSON_OF_TWO}等人占地案",
        "violationType": f"{OTHER_PERSON_OF_TWO}参与占地",
        "party": {"type": "PERSON", "name": f"{PERSON_OF_TWO}、{OTHER_PERSON_OF_TWO}"},
        "facts": f"查明{PERSON_OF_TWO}与{OTHER_PERSON_OF_TWO}合伙；吴 立 秋签字，郑\u3000大雪在场，吴立\n秋承认。",
        "legalBasis": f"对{PERSON_OF_TWO}适用《条例》第九条之一",
        "penaltyContent": f"{OTHER_PERSON_OF_TWO}、{PERSON_OF_TWO}各自拆除。",
        "decidedOn": "2019-08-07",
    },
    "T8": {
        "documentNumber": "云综罚〔2019〕8号",
        "title": f"{PERSON_INTRODUCED}食坊案",
        "party": {"type": "ORGANIZATION", "name": "云阳县清明食坊"},
        "facts": f"经营者：{PERSON_INTRODUCED}，男，汉族，未办证。{PERSON_INTRODUCED}当场签字。",
        "decidedOn": "2019-08-08",
    },
    # Copied from print: Kangxi radicals, a compatibility character, spaces that are none of the usual ones.
    "T9": {
        "documentNumber": "云综罚〔2019〕9号",
        "party": {"type": "PERSON", "name": PERSON_WRITTEN_ODDLY},
        "facts": "卫⽴冬占地，卫立\u200b冬拆除，卫\u2002立\t冬复种，卫\u00a0立\u00a0冬到场。",
        "decidedOn": "2019-08-09",
    },
}
