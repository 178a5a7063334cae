"""Filters, alone and with a query, and the cases each leaves, worked out by hand from the corpus."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from schema.vocabularies import AnomalyKind, Certainty, Domain
from tests.integration.conformance_queries import EVERYTHING, M, P, T, W, X, all_but
from tests.integration.search_cases import USCC_OF_MARKET, USCC_OF_PLANT

Fields = Mapping[str, Any]
"""A filter's fields; `agencies` are the letters of the corpus."""

FILTERS: Sequence[tuple[Fields, str]] = [
    ({}, EVERYTHING),
    ({"domains": (), "regions": (), "agencies": ""}, EVERYTHING),
    ({"domains": (Domain.FOOD_DRUGS,)}, "P2 P3"),
    ({"domains": (Domain.FOOD_DRUGS, Domain.MARKET)}, f"{P} H1 H2 H3"),
    ({"agencies": "X"}, X),
    ({"agencies": "XH"}, f"{X} H1 H2 H3"),
    ({"agencies": "X", "domains": (Domain.MARKET,)}, ""),
    ({"regions": ("411300",)}, f"{W} {X} {P}"),
    ({"regions": ("411323",)}, X),
    ({"regions": ("410000",)}, f"{W} {X} {P} Z1 Z2 Z3 {M} L1 L2"),
    ({"regions": ("410100",)}, f"Z1 Z2 Z3 {M}"),
    ({"regions": ("410122", "420600")}, f"{M} H1 H2 H3"),
    ({"regions": ("419900",)}, ""),
    ({"decided_from": date(2024, 2, 29)}, "X4 X5"),
    ({"decided_to": date(2018, 12, 31)}, "N1 H1 H3"),
    ({"decided_from": date(2021, 3, 1), "decided_to": date(2021, 3, 1)}, "W1 W2 P1"),
    ({"decided_from": date(2021, 3, 2), "decided_to": date(2021, 3, 1)}, ""),
    ({"decided_from": date(1, 1, 1), "decided_to": date(9999, 12, 31)}, all_but("W8 X3")),
    ({"fine_min": Decimal(150000)}, "X1 X2 X4 H1 H3"),
    ({"fine_min": Decimal("150000.001")}, "X1 X4 H1 H3"),
    ({"fine_max": Decimal("0.01")}, "W4 X5"),
    ({"fine_max": Decimal("0.009")}, "X5"),
    ({"fine_max": Decimal(-1)}, ""),
    ({"fine_min": Decimal("0.005"), "fine_max": Decimal("0.01")}, "W4"),
    ({"fine_min": Decimal("1200.09"), "fine_max": Decimal("1200.1")}, "P6 H2"),
    ({"fine_min": Decimal("1200.091"), "fine_max": Decimal("1200.109")}, "P6"),
    ({"fine_min": Decimal("9999999999999.99")}, "X4"),
    ({"fine_min": Decimal("9999999999999999.999999")}, ""),
    ({"fine_min": Decimal("-0.5")}, all_but(f"W3 W8 P1 Z3 {T}")),
    ({"party_uscc": USCC_OF_MARKET}, "P2 P3 H2"),
    ({"party_uscc": USCC_OF_MARKET, "regions": ("411300",)}, "P2 P3"),
    ({"party_uscc": USCC_OF_PLANT}, "W1"),
    ({"party_uscc": "91410100MA40CCC30E"}, ""),
    ({"anomalies": (AnomalyKind.SLOW_ACTION,)}, "W1 W2 X2 P6 H2"),
    ({"anomalies": (AnomalyKind.SLOW_ACTION, AnomalyKind.NOT_FILED)}, "W1 W2 X2 P6 H2 N1"),
    ({"anomalies": (AnomalyKind.LATE_ENTRY,)}, "W1 W8"),
    ({"anomalies": (AnomalyKind.PENALTY_FOR_CRIME,)}, ""),
    ({"certainty": Certainty.POSSIBLE}, "W1 W2 X2 N1"),
    ({"certainty": Certainty.CERTAIN}, "W1 W2 W8 X1 X2 P6 H2 N1 T1"),
    ({"rules": ("service.late",)}, "W1 W2 X2 P6 H2 T1"),
    ({"rules": ("service.late", "filing.no-explanation")}, "W1 W2 X2 P6 H2 T1 N1"),
    ({"rules": ("enforcement.stalled",)}, ""),
    ({"anomalies": (), "rules": (), "certainty": None}, EVERYTHING),
    # Of ONE finding: W2 has a late service that is certain and a late decision that may be.
    ({"rules": ("service.late",), "certainty": Certainty.POSSIBLE}, "W1"),
    ({"rules": ("service.late",), "anomalies": (AnomalyKind.INACTION,)}, "T1"),
    ({"rules": ("transfer.late",), "anomalies": (AnomalyKind.SLOW_ACTION,)}, ""),
    ({"anomalies": (AnomalyKind.LATE_TRANSFER,), "certainty": Certainty.CERTAIN}, "X1"),
    (
        {
            "anomalies": (AnomalyKind.SLOW_ACTION, AnomalyKind.INACTION),
            "rules": ("service.late", "decision.over-90-days"),
            "certainty": Certainty.POSSIBLE,
        },
        "W1 W2",
    ),
    ({"anomalies": (AnomalyKind.SLOW_ACTION,), "regions": ("411300",), "fine_min": Decimal(20000)}, "W1 W2 X2"),
    ({"certainty": Certainty.POSSIBLE, "party_uscc": USCC_OF_PLANT}, "W1"),
    (
        {
            "domains": (Domain.ENVIRONMENT, Domain.MARKET),
            "regions": ("411300",),
            "agencies": "WXP",
            "decided_from": date(2020, 7, 1),
            "decided_to": date(2022, 12, 31),
            "fine_min": Decimal(50000),
            "fine_max": Decimal("149999.99"),
        },
        "W1 W5 P5",
    ),
]

FILTERED_QUERIES: Sequence[tuple[str, Fields, str]] = [
    ("毒死蜱 OR 大众", {"domains": (Domain.FOOD_DRUGS,)}, "P2 P3"),
    ("毒死蜱 OR 大众", {"domains": (Domain.FOOD_DRUGS, Domain.AGRICULTURE)}, "P2 P3 M1"),
    ("-毒死蜱", {"domains": (Domain.FOOD_DRUGS,)}, "P2"),
    ("废水", {"domains": (Domain.MARKET,)}, ""),
    ("废水", {"agencies": "X"}, "X1 X2"),
    ("废水", {"agencies": "WXP"}, "W4 X1 X2"),
    ("-废水", {"agencies": "X"}, "X3 X4 X5"),
    ("超市", {"regions": ("411300",)}, "P2 P3"),
    ("超市", {"regions": ("420600",)}, "H2"),
    ("台账", {"regions": ("410000",)}, "W5 M11 M12 M13 M14 M15 M16 M17 M18"),
    ("台账", {"regions": ("410100", "411324")}, "M11 M12 M13 M14 M15 M16 M17 M18"),
    ("agency:执法", {"regions": ("500235",)}, T),
    ("占用 OR 执法", {"regions": ("410000",)}, ""),
    ("秸秆", {"decided_from": date(2023, 5, 5)}, "W7"),
    ("秸秆", {"decided_from": date(2023, 5, 6)}, ""),
    ("秸秆 OR 密闭", {"decided_to": date(2023, 5, 5)}, "W7"),
    ("-秸秆", {"decided_from": date(2023, 5, 1), "decided_to": date(2023, 6, 1)}, "W9"),
    ("虚假宣传 OR 重复", {"decided_from": date(2017, 2, 28), "decided_to": date(2017, 2, 28)}, "H1 H3"),
    ("占用", {"fine_min": Decimal(75000)}, "N1 N2"),
    ("占用", {"fine_min": Decimal("75000.01")}, ""),
    ("毒死蜱", {"fine_max": Decimal("5999.999")}, "P3"),
    ("占道 OR 盗伐", {"fine_min": Decimal(0)}, "L1"),
    ("超市 OR 化工", {"party_uscc": USCC_OF_MARKET}, "P2 P3 H2"),
    ('"超市"', {"party_uscc": USCC_OF_PLANT}, ""),
    ("废水 OR 危废", {"rules": ("transfer.late", "service.late")}, "W1 W2 X1 X2"),
    ("废水 OR 危废", {"anomalies": (AnomalyKind.LATE_TRANSFER,), "certainty": Certainty.POSSIBLE}, "X2"),
    ("-废水", {"anomalies": (AnomalyKind.LATE_ENTRY,)}, "W1 W8"),
    ("facts:食品", {"party_uscc": USCC_OF_MARKET, "decided_from": date(2021, 4, 1)}, "P2"),
    (
        "镇平 OR 商标",
        {
            "domains": (Domain.MARKET,),
            "regions": ("411300",),
            "agencies": "PH",
            "decided_from": date(2022, 6, 16),
            "decided_to": date(2022, 12, 31),
            "fine_min": Decimal(1200),
            "fine_max": Decimal(80000),
        },
        "P5 P6",
    ),
]
