"""The checklists of file reviews (阅卷检查表), by the kind of the campaign: data/checklists.yaml."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import yaml

from schema.campaign_records import ChecklistItem
from schema.campaign_vocabularies import CampaignKind

_COMMON = "common"


@cache
def _checklists() -> Mapping[CampaignKind, Sequence[ChecklistItem]]:
    script = resources.files("supervision").joinpath("data/checklists.yaml").read_text(encoding="utf-8")
    told: Mapping[str, Mapping[str, str]] = yaml.load(script, Loader=yaml.BaseLoader)  # noqa: S506  makes texts, lists and mappings only
    if set(told) != {_COMMON, *CampaignKind}:
        raise ValueError("checklists.yaml: a list for each kind of campaign, and `common`")
    found = {}
    for kind in CampaignKind:
        items = {**told[_COMMON], **told[kind.value]}
        if len(items) != len(told[_COMMON]) + len(told[kind.value]):
            raise ValueError(f"checklists.yaml: {kind.value} names an item that is common to all")
        found[kind] = tuple(ChecklistItem(item=item, question=question) for item, question in items.items())
    return found


def checklist_of(kind: CampaignKind) -> Sequence[ChecklistItem]:
    """What a reviewer answers in a campaign of this kind, in the order of the list."""
    return _checklists()[kind]
