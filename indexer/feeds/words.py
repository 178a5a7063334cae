"""The words of the closed vocabularies as agencies write them: by the contract's name or by the Chinese term."""

import re
from enum import StrEnum
from functools import cache
from typing import Final

from indexer.feeds.values import Word, bad_value, folded
from schema.vocabularies import (
    EnforcementRuling,
    FilingDecision,
    Labelled,
    PartyType,
    RemedyOutcome,
    ServiceMethod,
    TransferDecision,
)

# Terms that mean the same and are as usual as the label.
_OTHER_TERMS: Final[dict[type[StrEnum], dict[str, StrEnum]]] = {
    TransferDecision: {
        "移送": TransferDecision.APPROVED,
        "批准": TransferDecision.APPROVED,
        "不移送": TransferDecision.REFUSED,
        "不批准": TransferDecision.REFUSED,
    },
    FilingDecision: {"不立案": FilingDecision.NOT_FILED},
    RemedyOutcome: {"撤回申请": RemedyOutcome.WITHDRAWN, "撤诉": RemedyOutcome.WITHDRAWN},
    EnforcementRuling: {
        "准予强制执行": EnforcementRuling.ENFORCE,
        "不准予执行": EnforcementRuling.NOT_ENFORCE,
        "不准予强制执行": EnforcementRuling.NOT_ENFORCE,
    },
    ServiceMethod: {
        "直接": ServiceMethod.DIRECT,
        "邮寄": ServiceMethod.MAIL,
        "公告": ServiceMethod.NOTICE,
    },
    PartyType: {"个人": PartyType.PERSON, "公民": PartyType.PERSON, "法人": PartyType.ORGANIZATION},
}
_SEPARATORS = re.compile(r"[、,，;；\n]")


def named_word(vocabulary: type[Word], text: str, path: str) -> Word:
    """The member that a name or a Chinese term means. Raises BadValueError, which lists what is expected."""
    found = _terms(vocabulary).get(folded(text))
    if found is None:
        raise bad_value(path, f"One of {', '.join(map(shown_word, vocabulary))} is expected.")
    return vocabulary(found)


def shown_word(member: StrEnum) -> str:
    """A member by its name and, where it has one, its Chinese term."""
    return f"{member.value} ({member.label})" if isinstance(member, Labelled) else member.value


def parts_of(cell: str) -> list[str]:
    """The parts of a cell that lists several words or names, without blank ones."""
    return [part for part in map(str.strip, _SEPARATORS.split(cell)) if part]


@cache
def _terms(vocabulary: type[StrEnum]) -> dict[str, StrEnum]:
    """Every way to say a member; a label that lists two terms (警告、通报批评) is known by either."""
    terms: dict[str, StrEnum] = dict(_OTHER_TERMS.get(vocabulary, {}))
    for member in vocabulary:
        if isinstance(member, Labelled):
            terms |= dict.fromkeys((folded(member.label), *parts_of(member.label)), member)
        terms[member.value] = member
    return terms
