"""A finding under a link that stays: what was found, on what, and what this program finds in the same again."""

from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.errors import presented
from api.graphql_schema import schema
from api.responses import status_of
from schema.vocabularies import Labelled

_NOT_FOUND = 404
_NONE: Final = "There is no finding under this link. Take `permalink` as a query returned it."

_QUERY: Final = """
query Permalink($id: ID!) {
  node(id: $id) {
    ... on Anomaly {
      id kind status certainty explanation dueOn overdueDays detectedAt asOf ruleVersion
      rule { code title condition law }
      penaltyCase { id documentNumber agency { name } }
      evidence { field value quote position }
      law { code title value unit source article effectiveFrom effectiveUntil isSetting }
      history(first: 100) {
        nodes { event happenedAt asOf actor reason status certainty dueOn explanation ruleVersion }
      }
      replay { asOf reproduced explanation underPresentLaw ruleVersion presentRuleVersion inputs }
    }
  }
}
"""


async def anomaly_permalink(request: Request) -> Response:
    """The finding as JSON, replayed; 404 where the link names none, 403 for a machine."""
    context = Context.fresh(request.state.services, request.state.viewer)
    result = await schema.execute(_QUERY, variable_values={"id": request.path_params["id"]}, context_value=context)
    errors = [presented(error) for error in result.errors or ()]
    found = (result.data or {}).get("node")
    if found and not errors:
        return Response(orjson.dumps(found, default=_plain), media_type="application/json")
    known = [error for error in errors if (error.extensions or {}).get("code") != "BAD_USER_INPUT"]
    told = [error.formatted for error in errors] or [{"message": _NONE, "extensions": {"code": "BAD_USER_INPUT"}}]
    body = {"data": None, "errors": told}
    return Response(
        orjson.dumps(body, default=_plain),
        media_type="application/json",
        status_code=status_of(known[0]) if known else _NOT_FOUND,
    )


def _plain(value: object) -> str:
    return value.value if isinstance(value, Labelled) else str(value)
