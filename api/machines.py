"""What a machine may ask over GraphQL: who it is, how the loads of its agency's files go, and nothing else."""

from collections.abc import AsyncIterator
from typing import Any, Final

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension

from api.context import Context
from schema.access_vocabularies import Role
from stores.errors import ForbiddenError

_ALLOWED: Final = frozenset({"viewer", "feedRunProgress", "__typename"})


class MachinesAskWhoTheyAre(SchemaExtension):
    """Refuses every operation of a machine that asks for more than that, before anything of it is executed."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Look at the root fields of the document, whatever its operation is."""
        context: Context = self.execution_context.context
        document = self.execution_context.graphql_document
        if Role.MACHINE not in context.viewer.account.roles or document is None:
            yield
            return
        if more := _asked(document) - _ALLOWED:
            context.audit.forbidden("graphql", sorted(more))
            await context.audit.write()
            error = ForbiddenError(
                "A machine's key loads its agency's feeds. Over GraphQL it asks `viewer` and `feedRunProgress` alone."
            )
            raise GraphQLError(error.message, original_error=error)
        yield


def _asked(document: Any) -> set[str]:
    """The names of all root fields of all operations, through fragments."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    waiting: list[Any] = [
        definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)
    ]
    asked, seen = set[str](), set[str]()
    while waiting:
        for selection in waiting.pop().selection_set.selections:
            if isinstance(selection, FieldNode):
                asked.add(selection.name.value)
            elif not isinstance(selection, FragmentSpreadNode):
                waiting.append(selection)
            elif selection.name.value not in seen:
                seen.add(selection.name.value)
                waiting.append(fragments[selection.name.value])
    return asked
