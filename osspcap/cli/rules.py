"""`osspcap rules`: what osspcap can find, and how it decides."""

import click


@click.command("rules", short_help="List the rules, or explain one.")
@click.argument("code", required=False)
@click.option(
    "-f",
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format.",
)
def rules_command(code: str | None, output_format: str) -> int:
    """List all rules by family, or explain the one with this CODE or name."""
    from osspcap.cli.output import open_output, terminal_width, wants_color, write_pieces  # noqa: PLC0415 - lazily
    from osspcap.rules.registry import all_rules, find_rule  # noqa: PLC0415 - imports every rule

    rules = all_rules() if code is None else (find_rule(code),)
    if output_format == "json":
        from osspcap.report.jsonreport import rules_json  # noqa: PLC0415 - only for this format
        from osspcap.report.rulefacts import rule_facts  # noqa: PLC0415

        text = rules_json([rule_facts(rule) for rule in rules])
    else:
        from osspcap.report.rulepages import catalogue, rule_page  # noqa: PLC0415 - loads rich
        from osspcap.report.text import render  # noqa: PLC0415

        page = catalogue(rules) if code is None else rule_page(rules[0])
        text = render(page, width=terminal_width(), color=wants_color(None))
    with open_output(None, force=False) as out:
        write_pieces(out, [text])
    return 0
