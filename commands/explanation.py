"""What `jiandu search --explain` prints: parse tree, Elasticsearch request and SQL, side by side where there is room.

Both requests are long, so that each is broken into lines by what belongs together.
"""

import json
import re
from typing import Any

from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from commands.runtime import printable
from stores.search.explanation import Explanation
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase
from stores.search.rendering import written

_WIDE = 150
"""Columns of a terminal on which three texts can stand beside one another."""

_SHORT = 80
"""Characters of JSON that stand on one line."""

# A literal as it stands, or the space before what begins a line.
_LINE = re.compile(r"('(?:[^']|'')*')| (?=(?:AND|OR|WHEN|ELSE|JOIN|ORDER BY|GROUP BY) )")


def print_explanation(explanation: Explanation) -> None:
    """Print the three, one below the other where the terminal is narrow or where there is none."""
    console = Console(highlight=False)
    parts: dict[str, RenderableType] = {
        "Parse tree": _tree(explanation.tree),
        "Elasticsearch": Text(_printable(_json_lines(explanation.elasticsearch))),
        "PostgreSQL": Text(_printable("\n\n".join(f"{_sql_lines(statement)};" for statement in explanation.sql))),
    }
    asked = printable(explanation.interpreted_as) or "every case"
    console.print(Text(f"Searched for: {asked}", style="bold"), soft_wrap=True)
    if console.width >= _WIDE:
        table = Table(expand=True)
        for title in parts:
            # Folded and not shortened: no character of a request may be missing.
            table.add_column(title, overflow="fold")
        table.add_row(*parts.values())
        console.print(table)
        return
    for title, part in parts.items():
        console.print(Rule(title, align="left"))
        # Whole lines: whoever copies a statement into psql wants no line ends in its literals.
        console.print(part, soft_wrap=True)


def _printable(text: str) -> str:
    """A text of several lines for a terminal."""
    return "\n".join(map(printable, text.split("\n")))


def _json_lines(value: Any, indent: str = "") -> str:
    """JSON in which what is short stands on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) <= _SHORT or not isinstance(value, dict | list):
        return line
    inner = indent + " "
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {_json_lines(each, inner)}" for name, each in value.items()]
    else:
        parts = [_json_lines(each, inner) for each in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{closing}"


def _sql_lines(statement: str) -> str:
    return _LINE.sub(lambda found: found[1] or "\n   ", statement)


def _tree(root: Node | None) -> RenderableType:
    return Text("every case") if root is None else _branch(root)


def _branch(node: Node) -> Tree:
    match node:
        case Phrase(tokens, field):
            return Tree(Text(f'"{printable(written(tokens))}"' + (f" in {field}" if field else "")))
        case Not(operand):
            branch = Tree("none of")
            branch.children.append(_branch(operand))
        case AnyOf(operands):
            branch = Tree("any of")
            branch.children += map(_branch, operands)
        case AllOf(operands, whole):
            branch = Tree(
                "all of" if whole is None else Text(f'all of; better as a whole: "{printable(written(whole.tokens))}"')
            )
            branch.children += map(_branch, operands)
    return branch
