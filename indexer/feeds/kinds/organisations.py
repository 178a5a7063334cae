"""The kinds `procuratorate` and `agency`: who supervises, and who is supervised."""

from typing import Any, Final

from indexer.feeds.cases import agency_code
from indexer.feeds.kinds.description import SOURCE_UPDATED_AT, Field, FieldType, Kind
from schema.feed_records import AgencyRecord, ProcuratorateRecord, RowWarning
from schema.vocabularies import Domain, FeedKind

_REGION_NOTE: Final = "GB/T 2260 六位代码"


def _procuratorate(values: dict[str, Any], _warnings: list[RowWarning], _sender: str | None) -> ProcuratorateRecord:
    return ProcuratorateRecord(**values)


def _agency(values: dict[str, Any], warnings: list[RowWarning], _sender: str | None) -> AgencyRecord:
    code = values.pop("uscc")
    return AgencyRecord(uscc=None if code is None else agency_code(code, "uscc", warnings), **values)


PROCURATORATE: Final = Kind(
    kind=FeedKind.PROCURATORATE,
    record=_procuratorate,
    fields=(
        Field(name="name", label="检察院名称", type=FieldType.NAME, required=True, example="示例市人民检察院"),
        Field(
            name="region",
            label="行政区划代码",
            type=FieldType.REGION,
            required=True,
            note=_REGION_NOTE,
            example="411300",
        ),
        Field(
            name="parent", label="上级检察院", type=FieldType.NAME, note="上级检察院名称", example="示例省人民检察院"
        ),
        SOURCE_UPDATED_AT,
    ),
)

AGENCY: Final = Kind(
    kind=FeedKind.AGENCY,
    record=_agency,
    fields=(
        Field(name="name", label="机关名称", type=FieldType.NAME, required=True, example="示例市生态环境局"),
        Field(
            name="aliases",
            label="其他名称",
            type=FieldType.NAMES,
            note="曾用名、简称",
            example=["示例市环境保护局", "示例市环保局"],
        ),
        Field(
            name="uscc",
            label="统一社会信用代码",
            type=FieldType.AS_SENT,
            note="GB 32100-2015 十八位代码",
            example="11410000005184603J",
        ),
        Field(
            name="domains",
            label="执法领域",
            type=FieldType.WORDS,
            vocabulary=Domain,
            example=[Domain.ENVIRONMENT.value],
        ),
        Field(name="region", label="行政区划代码", type=FieldType.REGION, note=_REGION_NOTE, example="411300"),
        Field(
            name="procuratorate",
            label="对口检察院",
            type=FieldType.NAME,
            note="对其监督的检察院名称",
            example="示例市人民检察院",
        ),
        Field(name="networkedOn", label="联网日期", type=FieldType.DATE, example="2015-01-01"),
        Field(name="priority", label="是否重点单位", type=FieldType.FLAG, example=True),
        Field(
            name="enforcementPower",
            label="有无行政强制执行权",
            type=FieldType.FLAG,
            note="法律是否赋予其自行强制执行的权力",
            example=False,
        ),
        SOURCE_UPDATED_AT,
    ),
)
