"""The query language: from what a person typed to the tree both engines compile.

Words are ANDed (AND says the same), OR joins alternatives, -word and NOT exclude, "a phrase" is looked for as it
stands, parentheses group; field:word, field:"phrase" and field:(group) look in one field, and a field named within
another's group wins for what it names. Fields have no Chinese aliases: 当事人：张三 pasted from a decision is text.
"""

import re
from functools import cache
from importlib import resources
from typing import cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from schema.document_number import bracket_years
from schema.tokens import fold, tokens
from schema.vocabularies import NAMED_FIELDS, SearchField
from stores.errors import QuerySyntaxError
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase, SearchQuery
from stores.search.rendering import render
from stores.search.words import segmenter, synonyms_of

MAX_LENGTH = 1_000
"""Code points in the longest query."""

MAX_WORDS = 64
"""Words and phrases in the largest query, the words of a segmented run each counted: what the engines look up."""

MAX_LOOKUPS = 10_000
"""Neighbouring tokens to be looked up in all fields together, synonyms included: what Elasticsearch with a heap of 2 GB
takes on eight cores, and PostgreSQL answers within its time."""

MAX_DEPTH = 10
"""Parentheses inside one another; it bounds every recursion over the tree. Each can be two levels of a request and a
word eight more, of the 30 that Elasticsearch takes."""

Branch = Tree[Token] | Token

_FIELDS = {field.value: field for field in NAMED_FIELDS}
_OPERAND = ("a word", "a phrase in quotes", "(")
_HAN_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〇]+")
_SENTENCE_MARKS = ",.;:!?、。"
_BEFORE_OPERAND = frozenset({"_OR", "_AND", "NOT", "MINUS", "FIELD"})


def parse_query(text: str | None) -> SearchQuery:
    """Read a query; None and blank text ask for every case.

    `interpreted_as` is the tree in the query language, synonyms included. Parsing it gives the same tree, apart from
    `whole`, as long as it keeps within the limits of length, words and depth itself.

    Raises:
        QuerySyntaxError: The text is no query; `position` points into the text as it was given.
    """
    if text is None or not text.strip():
        return SearchQuery(None, "")
    if len(text) > MAX_LENGTH:
        raise QuerySyntaxError(f"Shorten the query to {MAX_LENGTH:,} characters.", position=MAX_LENGTH)
    tree = _Reader().node(_syntax_tree(text), None)
    if tree is None:
        raise QuerySyntaxError(
            "Give a word to look for: this query has no letter or digit.", position=0, expected=_OPERAND
        )
    return SearchQuery(tree, render(tree))


@cache
def _grammar() -> Lark:
    grammar = resources.files("stores.search").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual")


def _syntax_tree(text: str) -> Branch:
    """Parse by the grammar, token by token, so that depth is checked before anything nests."""
    progress = _grammar().parse_interactive(text)
    seen: list[Token] = []
    depth = 0
    try:
        for token in progress.iter_parse():
            seen.append(token)
            if token.type == "FIELD":
                _field(token)
            elif token.type == "_LEFT":
                depth += 1
                if depth > MAX_DEPTH:
                    raise _error(f"Nest parentheses at most {MAX_DEPTH} deep.", token)
            elif token.type == "_RIGHT":
                depth -= 1
        (query,) = progress.feed_token(Token("$END", "")).children
    except UnexpectedCharacters as error:
        raise _unreadable(text, cast("int", error.pos_in_stream)) from error
    except UnexpectedToken as error:
        # A token the lexer let through has been seen; one that cannot stand where it stands at all has not.
        raise _unexpected(error.token, [token for token in seen if token is not error.token]) from error
    return cast("Branch", query)


def _error(sentence: str, token: Token, *expected: str) -> QuerySyntaxError:
    return QuerySyntaxError(sentence, position=cast("int", token.start_pos), expected=expected)


def _unreadable(text: str, position: int) -> QuerySyntaxError:
    """Say what to do about characters that begin no token: a minus that touches nothing, a quote that never ends."""
    if text[position] == "-":
        sentence = "Put the word to exclude directly after the minus, or leave the minus out."
        return QuerySyntaxError(sentence, position=position, expected=_OPERAND)
    closing = "”" if text[position] in "“”" else '"'
    sentence = "Close the phrase that begins here with a quote of the same kind."
    return QuerySyntaxError(sentence, position=position, expected=(closing,))


def _unexpected(token: Token, before: list[Token]) -> QuerySyntaxError:
    """Say what to do about a token, or the end, that cannot stand after the tokens before it."""
    previous = before[-1] if before else None
    ends = token.type in {"$END", "_RIGHT"}
    if ends and previous and previous.type in _BEFORE_OPERAND:
        return _error(f"Write a word, a phrase or a group after {previous}, or leave it out.", previous, *_OPERAND)
    if token.type == "$END":
        return _error("Close this parenthesis, or leave it out.", _last_open(before), ")")
    if ends and previous and previous.type == "_LEFT":
        return _error("Write a word between these parentheses, or leave them out.", previous, *_OPERAND)
    if token.type == "FIELD":
        _field(token)
    sentence = {
        "_RIGHT": "Open a parenthesis before this one, or leave it out.",
        "FIELD": "Name one field only.",
        "NOT": "Exclude before the field's name, as in -party:word.",
        "MINUS": "Exclude before the field's name, as in -party:word.",
    }.get(token.type, f"Write a word, a phrase or a group before {token}, or leave it out.")
    return _error(sentence, token, *_OPERAND)


def _last_open(before: list[Token]) -> Token:
    """Find the last parenthesis that was opened and not closed."""
    open_groups: list[Token] = []
    for token in before:
        if token.type == "_LEFT":
            open_groups.append(token)
        elif token.type == "_RIGHT":
            open_groups.pop()
    return open_groups[-1]


def _field(token: Token) -> SearchField:
    field = _FIELDS.get(token[:-1].lower())
    if field is None:
        names = ", ".join(_FIELDS)
        raise _error(f"Use one of the fields {names}, or put the text in quotes.", token, *_FIELDS)
    return field


class _Reader:
    """Works out what one query's branches mean, counting what it looks up; None stands for what says nothing."""

    def __init__(self) -> None:
        self._words = 0
        self._lookups = 0

    def node(self, branch: Branch, field: SearchField | None) -> Node | None:
        """Read a branch; the field is the one it was named under."""
        if isinstance(branch, Token):
            return self._phrase(branch, field) if branch.type == "PHRASE" else self._word(branch, field)
        *before, operand = branch.children
        match branch.data:
            case "named":
                return self.node(operand, _field(cast("Token", before[0])))
            case "excluded":
                node = self.node(operand, field)
                return _negated(node) if len(before) % 2 else node
            case "any_of":
                return _any_of(self._nodes(branch, field))
            case _:
                return _all_of(self._nodes(branch, field))

    def _nodes(self, branch: Tree[Token], field: SearchField | None) -> list[Node]:
        nodes = (self.node(child, field) for child in branch.children)
        return [node for node in nodes if node is not None]

    def _phrase(self, token: Token, field: SearchField | None) -> Node:
        """Read a quoted phrase: as it was written, save that `number` is indexed with its brackets put right."""
        phrase = tokens(bracket_years(fold(token)) if field is SearchField.NUMBER else token)
        if not phrase:
            raise _error("Write a word between these quotes, or leave them out.", token, *_OPERAND[:1])
        self._count(1, token)
        return self._looked_up(Phrase(tuple(phrase), field), token)

    def _word(self, token: Token, field: SearchField | None) -> Node | None:
        """Read a bare word: a run of Han characters is segmented, anything else is one phrase of its tokens."""
        # White space in a word stands in the brackets of a year; sentence marks around a pasted word say nothing.
        word = bracket_years(fold("".join(token.split()))).strip(_SENTENCE_MARKS)
        characters = tokens(word)
        if not characters:
            self._count(1, token)
            return None
        if len(characters) == len(word) and _HAN_RUN.fullmatch(word):
            parts = [tuple(part) for part in segmenter().words(word)]
        else:
            parts = [tuple(characters)]
        self._count(len(parts), token)
        if len(parts) == 1:
            return self._with_synonyms(parts[0], field, token)
        whole = self._looked_up(Phrase(tuple(word), field), token)
        return AllOf(tuple(self._with_synonyms(part, field, token) for part in parts), whole)

    def _with_synonyms(self, word: tuple[str, ...], field: SearchField | None, token: Token) -> Node:
        phrases = [self._looked_up(Phrase(known, field), token) for known in (word, *synonyms_of(word))]
        return AnyOf(tuple(phrases)) if len(phrases) > 1 else phrases[0]

    def _looked_up(self, phrase: Phrase, token: Token) -> Phrase:
        self._lookups += max(1, len(phrase.tokens) - 1) * (len(SearchField) if phrase.field is None else 1)
        if self._lookups > MAX_LOOKUPS:
            raise _error(
                "Use fewer or shorter words, or name their field: with their synonyms these are too many to look up.",
                token,
            )
        return phrase

    def _count(self, words: int, token: Token) -> None:
        self._words += words
        if self._words > MAX_WORDS:
            raise _error(
                f"Use at most {MAX_WORDS} words; a long run of characters counts as its words unless it is quoted.",
                token,
            )


def _negated(node: Node | None) -> Node | None:
    if node is None:
        return None
    return node.operand if isinstance(node, Not) else Not(node)


def _any_of(nodes: list[Node]) -> Node | None:
    """Join alternatives; those of a nested OR and of synonyms stand beside the others, each phrase once."""
    operands: list[Node] = []
    for node in nodes:
        for operand in node.operands if isinstance(node, AnyOf) else (node,):
            if not (isinstance(operand, Phrase) and operand in operands):
                operands.append(operand)
    return AnyOf(tuple(operands)) if len(operands) > 1 else next(iter(operands), None)


def _all_of(nodes: list[Node]) -> Node | None:
    """Join conditions; a group stays a node of its own, as a segmented run must to keep its `whole`."""
    return AllOf(tuple(nodes)) if len(nodes) > 1 else next(iter(nodes), None)
