"""What `suggest` answers."""

import strawberry

from api.context import ApiInfo
from api.types.fields import resolved
from api.types.node import Node, NodeRecord
from schema import records
from schema.vocabularies import SuggestionKind


async def _node(root: strawberry.Parent[records.Suggestion], info: ApiInfo) -> NodeRecord | None:
    loaders, key = info.context.loaders, root.record_id
    if key is None:
        return None
    match root.kind:
        case SuggestionKind.NUMBER:
            return await loaders.cases.load(key)
        case SuggestionKind.PARTY:
            return await loaders.parties.load(key)
        case SuggestionKind.AGENCY:
            return await loaders.agencies.load(key)
    return None


@strawberry.type(description="What somebody who types may mean; never a natural person. 检索建议（不含自然人）")
class Suggestion:
    """`schema.records.Suggestion` as clients see it."""

    text: str = strawberry.field(description="The whole name or number, for the search. 名称或文号全文")
    kind: SuggestionKind = strawberry.field(description="What it is the name of. 类别")
    node: Node | None = resolved(_node, "The case, party or agency; a statute is no record. 对应的案件、相对人或机关")
