"""How deep a query may nest and how many aliases it may have, known before anything of it is executed."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    ValidationContext,
    ValidationRule,
)
from strawberry.extensions import SchemaExtension

MAX_DEPTH = 10
MAX_ALIASES = 30
MAX_TOKENS = 2_000

Measure = tuple[int, int]
"""The depth of a selection and the aliases in it."""


class DepthAndAliases(ValidationRule):
    """Refuses an operation that nests too deep or has too many aliases, those in fragments counted at every spread.

    Strawberry's own limiters walk a fragment anew at every spread, for which some lines of nested fragments take for
    ever, and fail on the name of a fragment that is missing. Here each fragment is measured once.
    """

    def __init__(self, context: ValidationContext) -> None:
        """Measure each operation of the document."""
        super().__init__(context)
        self._fragments = {
            definition.name.value: definition
            for definition in context.document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[str, Measure] = {}
        for definition in context.document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self._check(definition)

    def _check(self, operation: OperationDefinitionNode) -> None:
        depth, aliases = self._measure(operation)
        if depth > MAX_DEPTH:
            message = (
                f"This operation nests {depth} fields deep, and at most {MAX_DEPTH} are allowed. Ask in two steps."
            )
            self.report_error(LimitError(message, operation))
        if aliases > MAX_ALIASES:
            message = f"This operation has {aliases} aliases, and at most {MAX_ALIASES} are allowed. Ask in two steps."
            self.report_error(LimitError(message, operation))

    def _measure(self, node: Any) -> Measure:
        """A selection's depth, a field without any being 0 deep, and its aliases."""
        parts = list(self._parts(node))
        return max((depth for depth, _ in parts), default=0), sum(aliases for _, aliases in parts)

    def _parts(self, node: Any) -> Iterator[Measure]:
        for selection in node.selection_set.selections:
            if isinstance(selection, FragmentSpreadNode):
                yield self._fragment(selection.name.value)
            elif not isinstance(selection, FieldNode):
                yield self._measure(selection)
            else:
                depth, aliases = self._measure(selection) if selection.selection_set else (-1, 0)
                # Introspection is as deep as types are and costs nothing of ours.
                introspects = selection.name.value.startswith("__")
                yield 0 if introspects else depth + 1, aliases + (selection.alias is not None)

    def _fragment(self, name: str) -> Measure:
        if name not in self._measured:
            # While it is measured it counts nothing: other rules refuse one that contains itself, or is missing.
            self._measured[name] = (0, 0)
            fragment = self._fragments.get(name)
            if fragment is not None:
                self._measured[name] = self._measure(fragment)
        return self._measured[name]


class LimitError(GraphQLError):
    """An operation is over a limit."""

    def __init__(self, message: str, operation: OperationDefinitionNode) -> None:
        """Point at the operation."""
        super().__init__(message, [operation])


class Limits(SchemaExtension):
    """Applies the limits of tokens, depth and aliases.

    The rule is one class for all requests, so that a validated document is found in the cache again: a limiter of
    Strawberry's makes a class a request.
    """

    def on_operation(self) -> Iterator[None]:
        """Set the limits before the document is read."""
        self.execution_context.parse_options["max_tokens"] = MAX_TOKENS
        self.execution_context.validation_rules = (*self.execution_context.validation_rules, DepthAndAliases)
        yield
