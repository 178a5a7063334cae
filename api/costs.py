"""How many records an operation can answer with, known from the document and its variables before anything is executed.

A page counts as many records as it may hold, and whatever is asked of each of them as often: a few lists inside one
another are a few words to write and hundreds of thousands of records to answer.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
    get_operation_ast,
)
from strawberry.extensions import SchemaExtension

from api.limits import LimitError
from api.paging import MAX_PAGE

MAX_RECORDS: Final = 20_000
_UNPAGED: Final = 10
"""What a list of records that has no pages counts: a case has a few findings, and a few transfers at most."""


class Costs(SchemaExtension):
    """Refuses an operation that can answer with too many records."""

    def on_execute(self) -> Iterator[None]:
        """Count before it is executed."""
        context = self.execution_context
        document = context.graphql_document
        operation = None if document is None else get_operation_ast(document, context.operation_name)
        if document is not None and operation is not None:
            schema: GraphQLSchema = context.schema._schema  # noqa: SLF001  Strawberry has no public name for it
            records = records_asked(schema, document, operation, context.variables or {})
            if records > MAX_RECORDS:
                message = (
                    f"This operation asks for up to {records:,} records, and at most {MAX_RECORDS:,} are allowed. "
                    "Take smaller pages, or ask in two steps."
                )
                context.result = ExecutionResult(data=None, errors=[LimitError(message, operation)])
        yield


def records_asked(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> int:
    """How many records a valid operation can answer with."""
    defaults = {
        each.variable.name.value: each.default_value
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }
    return _Count(schema, document, {**defaults, **variables}).of(operation, schema.get_root_type(operation.operation))


class _Count:
    """Counts the records of selections; each fragment is counted once."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._counted: dict[str, int] = {}

    def of(self, node: Any, type_: Any) -> int:
        """The records below a selection of a type."""
        if node.selection_set is None or not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            return 0
        return sum(self._part(selection, type_) for selection in node.selection_set.selections)

    def _part(self, selection: Any, type_: GraphQLObjectType | GraphQLInterfaceType) -> int:
        if isinstance(selection, FragmentSpreadNode):
            return self._fragment(selection.name.value)
        if isinstance(selection, InlineFragmentNode):
            named = selection.type_condition
            return self.of(selection, type_ if named is None else self._schema.get_type(named.name.value))
        field = type_.fields.get(selection.name.value)
        if field is None:
            # Introspection, which costs nothing of ours.
            return 0
        return self._size(selection, field) * (_is_record(field) + self.of(selection, get_named_type(field.type)))

    def _fragment(self, name: str) -> int:
        if name not in self._counted:
            fragment = self._fragments[name]
            self._counted[name] = self.of(fragment, self._schema.get_type(fragment.type_condition.name.value))
        return self._counted[name]

    def _size(self, node: FieldNode, field: GraphQLField) -> int:
        """How often what a field selects may be answered."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        if "first" in field.args:
            first = self._value(given.get("first"))
            # What is no size of a page is refused by whoever reads it.
            return min(max(first if isinstance(first, int) else _default(field), 0), MAX_PAGE)
        if "ids" in field.args:
            ids = self._value(given.get("ids"))
            return min(len(ids), MAX_PAGE) if isinstance(ids, list) else 1
        return _UNPAGED if _is_list(field) and _is_record(field) and not _is_page(node) else 1

    def _value(self, value: Any) -> Any:
        """What an argument is: a number, a list of whatever length, or None where it is left out."""
        if isinstance(value, VariableNode):
            value = self._variables.get(value.name.value)
        if isinstance(value, IntValueNode):
            return int(value.value)
        if isinstance(value, ListValueNode):
            return list(value.values)
        return None if isinstance(value, NullValueNode) else value


def _default(field: GraphQLField) -> int:
    default: object = field.args["first"].default_value
    return default if isinstance(default, int) else MAX_PAGE


def _is_list(field: GraphQLField) -> bool:
    type_ = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return isinstance(type_, GraphQLList)


def _is_record(field: GraphQLField) -> bool:
    """Whether a field answers with what has an id of its own."""
    type_ = get_named_type(field.type)
    if isinstance(type_, GraphQLInterfaceType):
        return True
    return isinstance(type_, GraphQLObjectType) and any(each.name == "Node" for each in type_.interfaces)


def _is_page(node: FieldNode) -> bool:
    """Whether a list is the page of the connection around it, which has been counted there."""
    return node.name.value in {"nodes", "edges"}
