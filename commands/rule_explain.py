"""`jiandu rules explain`: a rule's condition, its law, and examples that are judged while they are shown."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from commands.rule_examples import told_example, written_example
from commands.rule_options import this_law
from commands.runtime import print_json
from indexer.rule_examples import rule_examples
from stores.errors import BadUserInputError
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.rule_book import Rule, rule_book
from supervision.sentences import law_line


def explain(
    code: Annotated[str, typer.Argument(metavar="RULE", help="The rule's code, such as transfer.late.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Print a rule's condition, its last lawful day, the law it rests on, and worked examples."""
    law = this_law()
    rule = next((rule for rule in rule_book() if rule.code == code), None)
    if rule is None:
        raise BadUserInputError("There is no rule of this code. `jiandu rules list` names them all.")
    examples = rule_examples()[code]
    if as_json:
        written = [written_example(example, rule, law) for example in examples]
        print_json({**described(rule, law), "examples": written})
        return
    _tell_rule(rule, law)
    typer.secho("\n例子 Examples", bold=True)
    for number, example in enumerate(examples, start=1):
        typer.echo()
        # Whole lines: whoever copies a sentence into a file wants no line ends in it.
        for depth, line in told_example(number, example, rule, law):
            typer.echo(f"{'  ' * depth}{line}")


def _tell_rule(rule: Rule, law: Law) -> None:
    about = rule.description
    typer.secho(f"{about.code}  {about.kind.value} {about.kind.label}", bold=True)
    for zh, en in (
        (about.title_zh, about.title_en),
        (about.condition_zh, about.condition_en),
        (f"最后合法日：{about.due_zh}", f"Last lawful day: {about.due_en}"),
    ):
        typer.echo(f"\n{zh}\n{en}")
    typer.secho("\n法律依据 Law", bold=True)
    for code in about.law:
        first = law.versions[code][0]
        typer.echo(f"  {first.title_zh} {code}{'（设置 setting）' if first.is_setting else ''}\n  {first.title_en}")
        for version in law.versions[code]:
            typer.echo(f"    {law_line(version)}")


def described(rule: Rule, law: Law) -> dict[str, Any]:
    """A rule and its law as JSON has them."""
    about = rule.description
    return {
        "code": about.code,
        "kind": about.kind.value,
        "title": about.title_zh,
        "titleEn": about.title_en,
        "condition": about.condition_zh,
        "conditionEn": about.condition_en,
        "due": about.due_zh,
        "effectiveFrom": about.effective_from,
        "effectiveUntil": about.effective_until,
        "law": [
            {
                "code": version.code,
                "value": f"{version.value.normalize():f}",
                "unit": version.unit.value,
                "source": version.source,
                "article": version.article,
                "effectiveFrom": version.effective_from,
                "effectiveUntil": version.effective_until,
                "isSetting": version.is_setting,
            }
            for version in _versions(rule, law)
        ],
    }


def _versions(rule: Rule, law: Law) -> Iterator[LawValue]:
    for code in rule.description.law:
        yield from law.versions[code]
