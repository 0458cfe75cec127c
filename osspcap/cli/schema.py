"""`osspcap schema`: the JSON Schema of what osspcap writes."""

from pathlib import Path

import click

FOLDER = Path(__file__).parents[1] / "report" / "schemas"
SCHEMA = FOLDER / "report-1.json"
"""Schema version 1, in JSON Schema draft 2020-12; ships with the package."""
COMPARISON = FOLDER / "comparison-1.json"
"""Likewise, of `osspcap compare`."""


@click.command("schema", short_help="Print the JSON Schema of reports.")
@click.argument("name", type=click.Choice(["json", "ndjson", "compare"]), default="json")
def schema_command(name: str) -> int:
    """Print the JSON Schema (draft 2020-12) of a report: of -f json, of one line of -f ndjson, or of compare -f json.

    Keys may be added within a schema version; none is removed or changes its meaning.
    """
    from osspcap.cli.output import open_output, write_pieces  # noqa: PLC0415 - not needed for help

    text = (COMPARISON if name == "compare" else SCHEMA).read_text(encoding="utf-8")
    if name == "ndjson":
        import json  # noqa: PLC0415 - likewise

        schema = json.loads(text)
        del schema["oneOf"]
        schema |= {"title": "A line of an osspcap event stream, schema_version 1", "$ref": "#/$defs/event"}
        text = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
    with open_output(None, force=False) as out:
        write_pieces(out, [text])
    return 0
