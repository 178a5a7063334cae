"""A small corpus for searching, of our own writing: every case has a short label by which a test names it.

The texts hold what has to be found in spite of itself: full-width letters, 〇, amounts such as 3.5吨, punctuation
inside a phrase, a very long text, unknown dates and fines, numbers two agencies share, and natural persons.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.integration.search_texts import ODD_AGENCY, ODD_CASES, ODD_PERSONS

Fields = Mapping[str, Any]

PROCURATORATES: Sequence[Fields] = (
    {"name": "试验省人民检察院", "region": "410000"},
    {"name": "试验市人民检察院", "region": "411300", "parent": "试验省人民检察院"},
    {"name": "试验县人民检察院", "region": "411323", "parent": "试验市人民检察院"},
)

AGENCIES: Mapping[str, Fields] = {
    "W": {
        "name": "宛城试验市生态环境局",
        "aliases": ["宛城试验市环境保护局"],
        "region": "411300",
        "domains": ["ENVIRONMENT"],
        "procuratorate": "试验市人民检察院",
        "networkedOn": "2013-01-04",
    },
    "X": {
        "name": "西峡县环境保护局",
        "region": "411323",
        "domains": ["ENVIRONMENT"],
        "procuratorate": "试验县人民检察院",
    },
    "P": {
        "name": "镇平县市场监督管理局",
        "region": "411324",
        "domains": ["MARKET", "FOOD_DRUGS"],
        "networkedOn": "2019-03-01",
        "priority": True,
    },
    "Z": {"name": "郑州市城市管理局", "region": "410100", "domains": ["CONSTRUCTION"]},
    "M": {"name": "中牟县农业农村局", "region": "410122", "domains": ["AGRICULTURE"]},
    "L": {
        "name": "河南省林业局",
        "region": "410000",
        "domains": ["FORESTRY"],
        "procuratorate": "试验省人民检察院",
    },
    "N": {"name": "跨区自然资源督察局", "domains": ["LAND"]},
    "H": {"name": "襄阳市工商行政管理局", "region": "420600", "domains": ["MARKET"]},
    "T": ODD_AGENCY,
}

USCC_OF_MARKET = "91411300MA40AAA10R"
USCC_OF_PLANT = "91411300MA40BBB20F"

PERSON_OF_THE_FIRE = "赵小满"
PERSON_OF_THE_SHOP = "孙立夏"
PERSON_OF_THE_TREES = "欧阳谷雨"
REPRESENTATIVE = "周白露"
PERSONS = (PERSON_OF_THE_FIRE, PERSON_OF_THE_SHOP, PERSON_OF_THE_TREES, REPRESENTATIVE, *ODD_PERSONS)


def _organisation(name: str, uscc: str | None = None, representative: str | None = None) -> Fields:
    return {"type": "ORGANIZATION", "name": name, "uscc": uscc, "legalRepresentative": representative}


def _person(name: str) -> Fields:
    return {"type": "PERSON", "name": name}


LONG_SENTENCE = "经查，该厂贮存场地未采取防渗措施，渗滤液流入沟渠。"
LONG_TEXT = LONG_SENTENCE * 2_400 + "末段另见镉。"

CASES: Mapping[str, Fields] = {
    "W1": {
        "documentNumber": "宛环罚〔2021〕1号",
        "title": "试验甲化工有限公司非法倾倒案",
        "violationType": "非法倾倒危险废物",
        "party": _organisation("试验甲化工有限公司", USCC_OF_PLANT, REPRESENTATIVE),
        "facts": f"当事人将危险废物3.5吨非法倾倒在河道内。法定代表人{REPRESENTATIVE}到场确认。",
        "legalBasis": "《中华人民共和国固体废物污染环境防治法》第七十九条",
        "penaltyContent": "罚款人民币十万元，责令改正。",
        "penaltyKinds": ["FINE", "ORDER"],
        "fine": "100000.00",
        "decidedOn": "2021-03-01",
    },
    "W2": {
        "documentNumber": "宛环罚〔2021〕2号",
        "violationType": "标识不清",
        "party": _organisation("试验乙机械厂"),
        "facts": "车间堆存危废2吨，未设置识别标志。",
        "legalBasis": "《中华人民共和国固体废物污染环境防治法》第七十七条",
        "fine": "20000.50",
        "decidedOn": "2021-03-01",
    },
    "W3": {
        "documentNumber": "宛环罚〔2021〕3号",
        "party": _organisation("试验丙回收站"),
        "facts": "危险，废物（露天）堆放；另有废机油。",
        "decidedOn": "2021-05-20",
    },
    "W4": {
        "documentNumber": "宛环罚〔2022〕12号",
        "party": _organisation("试验丁印染有限公司"),
        "facts": "外排废水化学需氧量超标，ｐＨ值为２．５。",
        "fine": "0.01",
        "decidedOn": "2022-01-01",
    },
    "W5": {
        "documentNumber": "宛环罚〔2022〕125号",
        "party": _organisation("试验戊仓储有限公司"),
        "facts": "未按ＧＢ 18597-2023的要求贮存，COD台账缺失。",
        "fine": "50000",
        "decidedOn": "2022-12-31",
    },
    "W6": {
        "documentNumber": "宛环罚〔2023〕1号",
        "party": _organisation("试验己电镀厂"),
        "facts": LONG_TEXT,
        "fine": "50000",
        "decidedOn": "2023-01-01",
    },
    "W7": {
        "documentNumber": "宛环罚〔2023〕2号",
        "title": f"{PERSON_OF_THE_FIRE}露天焚烧案",
        "party": _person(PERSON_OF_THE_FIRE),
        "facts": f"{PERSON_OF_THE_FIRE}于二〇二三年五月露天焚烧秸秆，{PERSON_OF_THE_FIRE}对事实无异议。",
        "penaltyContent": f"对{PERSON_OF_THE_FIRE}罚款500元。",
        "fine": "500.00",
        "decidedOn": "2023-05-05",
    },
    "W8": {
        "filingNumber": "宛环立字〔2023〕8号",
        "party": _person("钱**"),
        "facts": "秸秆焚烧未遂。",
    },
    "W9": {
        "documentNumber": "宛环罚〔2023〕77号",
        "filingNumber": "环立〔2022〕9号",
        "party": _organisation("试验庚物流有限公司"),
        "facts": "运输车辆未密闭。",
        "fine": "2000",
        "decidedOn": "2023-06-01",
    },
    "X1": {
        "documentNumber": "西环罚字（2020）7号",
        "title": "污水直排案",
        "party": _organisation("西峡县大河造纸厂"),
        "facts": "污水处理设施未运行，废水直排。",
        "fine": "200000.00",
        "decidedOn": "2020-06-30",
    },
    "X2": {
        "documentNumber": "西环罚字[2020]8号",
        "party": _organisation("西峡县小河选矿厂"),
        "facts": "废水直排老鹳河。堆场内未见危险废物。",
        "fine": "150000",
        "decidedOn": "2020-07-01",
    },
    "X3": {"documentNumber": "西环罚字【2020】9号", "party": _organisation("西峡县无名砖厂"), "fine": "30000"},
    "X4": {
        "documentNumber": "西环罚字〔2024〕1号",
        "party": _organisation("西峡县欢唱娱乐城"),
        "facts": "违反噪声污染防治规定，夜间施工。",
        "legalBasis": "噪声污染防治法第十条",
        "fine": "9999999999999.99",
        "decidedOn": "2024-02-29",
    },
    "X5": {
        "party": _organisation("西峡县〇六养殖场"),
        "facts": "〇六养殖场粪污外溢。",
        "fine": "0",
        "decidedOn": "2024-03-01",
    },
    "P1": {
        "documentNumber": "镇市监罚〔2021〕31号",
        "title": f"{PERSON_OF_THE_SHOP}无照经营案",
        "domain": "MARKET",
        "party": _person(PERSON_OF_THE_SHOP),
        "facts": f"经营者{PERSON_OF_THE_SHOP}未取得营业执照，擅自从事餐饮。",
        "penaltyContent": "没收违法所得360元。",
        "penaltyKinds": ["CONFISCATION"],
        "confiscated": "360.00",
        "decidedOn": "2021-03-01",
    },
    "P2": {
        "documentNumber": "镇市监罚〔2021〕32号",
        "domain": "FOOD_DRUGS",
        "party": _organisation("镇平县大众超市", USCC_OF_MARKET),
        "facts": "销售超过保质期的食品12袋，货值360元。",
        "fine": "5000",
        "decidedOn": "2021-04-01",
    },
    "P3": {
        "documentNumber": "镇市监罚〔2021〕33号",
        "domain": "FOOD_DRUGS",
        "party": _organisation("镇平县大众超市", USCC_OF_MARKET),
        "facts": "食用农产品抽检，毒死蜱超标。",
        "fine": "5000",
        "decidedOn": "2021-04-01",
    },
    "P4": {
        "documentNumber": "镇市监罚〔2022〕1号",
        "domain": "MARKET",
        "party": _organisation("镇平县爱普科技有限公司"),
        "facts": "Smart APP v2.0 虚假宣传，smartapp不是同一软件。",
        "fine": "8000",
        "decidedOn": "2022-06-15",
    },
    "P5": {
        "documentNumber": "镇市监罚〔2022〕2号",
        "domain": "MARKET",
        "party": _organisation("镇平县A石化销售（镇平）有限公司"),
        "facts": "A公司与B公司串通投标，涉AB型设备。",
        "fine": "80000",
        "decidedOn": "2022-06-16",
    },
    "P6": {
        "documentNumber": "市监处罚〔2022〕100号",
        "domain": "MARKET",
        "party": _organisation("镇平县同号商行"),
        "facts": "商标侵权。",
        "fine": "1200.10",
        "decidedOn": "2022-08-08",
    },
    "Z1": {
        "documentNumber": "郑城罚〔2021〕1号",
        "party": _organisation("郑州试验建筑有限公司"),
        "facts": "建筑垃圾运输未苫盖。",
        "fine": "12000",
        "decidedOn": "2021-09-09",
    },
    "Z2": {
        "documentNumber": "郑城罚〔2021〕2号",
        "title": "违法建设案",
        "party": _organisation("郑州试验建筑有限公司"),
        "facts": "未取得建设工程规划许可证，擅自建设。",
        "fine": "90000",
        "decidedOn": "2021-09-10",
    },
    "Z3": {
        "documentNumber": "(郑)城罚〔2021〕第3号",
        "party": _organisation("郑州试验装饰有限公司"),
        "facts": "占道经营。",
        "decidedOn": "2021-09-11",
    },
    "M1": {
        "documentNumber": "中牟农罚〔2022〕5号",
        "party": _organisation("中牟县绿野合作社"),
        "facts": "使用禁用农药毒死蜱。",
        "fine": "6000",
        "decidedOn": "2022-05-01",
    },
    "M2": {
        "documentNumber": "中牟农罚〔2022〕6号",
        "party": _organisation("中牟县绿野合作社"),
        "facts": "兽药标签不合格。",
        "fine": "6000",
        "decidedOn": "2022-05-02",
    },
    "L1": {
        "documentNumber": "豫林罚〔2019〕1号",
        "title": f"{PERSON_OF_THE_TREES}盗伐林木案",
        "party": _person(PERSON_OF_THE_TREES),
        "facts": f"{PERSON_OF_THE_TREES}盗伐林木，立木蓄积12.5立方米，未办理采伐许可证。",
        "fine": "3600",
        "decidedOn": "2019-04-08",
    },
    "L2": {
        "documentNumber": "豫林罚〔2019〕2号",
        "party": _organisation("河南试验木业有限公司"),
        "facts": "滥伐林木，立木蓄积2.5立方米，超出采伐证范围。",
        "fine": "2500",
        "decidedOn": "2019-04-09",
    },
    "N1": {
        "documentNumber": "跨自然资罚〔2018〕1号",
        "party": _organisation("试验辛砖瓦厂"),
        "facts": "占用永久基本农田5亩建窑。",
        "fine": "75000",
        "decidedOn": "2018-12-31",
    },
    "N2": {
        "documentNumber": "跨自然资罚〔2018〕2号",
        "party": _organisation("试验壬砂场"),
        "facts": "占用基本农田堆砂，<script>alert(1)</script> & 拒不改正。",
        "fine": "75000",
        "decidedOn": "2019-01-01",
    },
    "H1": {
        "documentNumber": "襄工商处罚〔2017〕1号",
        "party": _organisation("襄阳试验商贸有限公司"),
        "facts": "虚假宣传，使用“国家级”用语。",
        "fine": "200000",
        "decidedOn": "2017-02-28",
    },
    "H2": {
        "documentNumber": "市监处罚〔2022〕100号",
        "party": _organisation("镇平县大众超市", USCC_OF_MARKET),
        "facts": "跨区销售假冒产品。",
        "fine": "1200.09",
        "decidedOn": "2022-08-08",
    },
    "H3": {
        "documentNumber": "襄工商处罚〔2017〕2号",
        "party": _organisation("襄阳试验商贸有限公司"),
        "facts": "重复重复重复用语。",
        "fine": "200000",
        "decidedOn": "2017-02-28",
    },
}

CASES = {
    **CASES,
    # Nothing but the id tells these apart in any order.
    **{
        f"M{number}": {
            "documentNumber": f"中牟农罚〔2016〕{number}号",
            "party": _organisation("中牟县绿野合作社"),
            "facts": f"兽药台账缺页，第{number}页。",
            "fine": "6000",
            "decidedOn": "2022-05-02",
        }
        for number in range(11, 19)
    },
    **ODD_CASES,
}

LABELS: Sequence[str] = tuple(CASES)


def write_feed(folder: Path) -> Path:
    """The corpus as a feed file."""
    records = [
        *({"kind": "procuratorate", **fields} for fields in PROCURATORATES),
        *({"kind": "agency", **fields} for fields in AGENCIES.values()),
        *({"kind": "penalty_case", "agency": _agency_name(label), **fields} for label, fields in CASES.items()),
    ]
    path = folder / "corpus.jsonl"
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def _agency_name(label: str) -> str:
    return str(AGENCIES[label[0]]["name"])
