"""A parse tree written out in the query language: what was searched, in a form that can be searched again."""

from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase


def render(tree: Node) -> str:
    """Write a tree so that parsing the text gives the tree again, apart from `whole`, which no query can name.

    Every phrase is quoted, so that it is neither segmented nor given synonyms a second time.
    """
    match tree:
        case AllOf(operands):
            return " ".join(_operand(operand) for operand in operands)
        case _:
            return _operand(tree)


def _operand(node: Node) -> str:
    """Write a tree so that it can stand beside others."""
    match node:
        case Phrase(tokens, field):
            prefix = f"{field.value}:" if field else ""
            return f'{prefix}"{written(tokens)}"'
        case Not(operand):
            return f"-{_operand(operand)}"
        case AnyOf(operands):
            return f"({' OR '.join(_operand(operand) for operand in operands)})"
        case AllOf():
            return f"({render(node)})"


def written(tokens: tuple[str, ...]) -> str:
    """A phrase as a text, with a space only where two runs of Latin letters and digits would grow together."""
    text = tokens[0]
    for token in tokens[1:]:
        text += f" {token}" if text[-1].isascii() and token.isascii() else token
    return text
