"""`jiandu rules`: the law as rules: listed, explained, tried, run, and asked of a feed file without any database."""

from typing import Annotated

import typer

from commands.rule_check import check
from commands.rule_diff import diff
from commands.rule_explain import described, explain
from commands.rule_options import this_law
from commands.rule_run import run_rules
from commands.rule_settings import list_rule_settings, set_rule_setting
from commands.runtime import print_json
from supervision.rule_book import rule_book

app = typer.Typer(help="The law as rules (监督规则).", no_args_is_help=True)

app.command("run")(run_rules)
app.command("check")(check)
app.command("diff")(diff)
app.command("explain")(explain)
app.command("settings")(list_rule_settings)
app.command("set")(set_rule_setting)


@app.command("list")
def list_rules(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a rule.")] = False,
) -> None:
    """List the rules, their law and their dates."""
    law = this_law()
    for rule in rule_book():
        if as_json:
            print_json(described(rule, law))
        else:
            about = rule.description
            typer.echo(f"{about.code}  {about.kind.value} {about.kind.label}\n  {about.title_zh}\n  {about.title_en}")
