"""`osspcap query`: asks the store of a scan."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from osspcap.scan.query import Sighting

DEFAULT_STORE = "osspcap-scan/store.sqlite"
NOT_FOUND = 1


@click.command("query", short_help="Find a request ID, rule, bucket or error code among scanned captures.")
@click.argument("word", metavar="REQUEST-ID|RULE|BUCKET|CODE")
@click.option("--store", metavar="FILE", default=DEFAULT_STORE, show_default=True, help="Store of `osspcap scan`.")
@click.option(
    "-f",
    "--format",
    "output_format",
    type=click.Choice(["text", "ndjson"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), metavar="N", default=1000, show_default=True, help="Most answers."
)
def query_command(word: str, store: str, output_format: str, limit: int) -> int:
    """Find a request ID, rule, bucket or error code among scanned captures.

    Tells the capture, the frame and the exchange. A rule is given by its code, the beginning of one (SIG) or its name;
    of a bucket and of an error code, the exchanges that failed are listed.

    Exit status: 0 found, 1 not found, 2 no store.
    """
    from osspcap.cli.output import open_output, write_pieces  # noqa: PLC0415 - not needed for help
    from osspcap.scan.query import captures_of, find  # noqa: PLC0415 - likewise
    from osspcap.scan.store import open_for_reading  # noqa: PLC0415 - loads sqlite3

    with open_for_reading(store) as db:
        sightings = find(db, word, limit)
        total, analyzed = captures_of(db)
    if not sightings and output_format == "text":
        from osspcap.report.terminal import escape_line  # noqa: PLC0415 - likewise

        click.echo(
            f"osspcap: {escape_line(word)}: no request ID, rule, bucket or error code of that name in "
            f"{analyzed:,} analyzed captures ({total:,} in the store)",
            err=True,
        )
        return NOT_FOUND
    with open_output(None, force=False) as out:
        write_pieces(out, _ndjson(sightings) if output_format == "ndjson" else _text(sightings))
    return 0 if sightings else NOT_FOUND


def _ndjson(sightings: "list[Sighting]") -> Iterator[str]:
    import json  # noqa: PLC0415 - only for this format
    from dataclasses import asdict  # noqa: PLC0415

    from osspcap.units import format_time  # noqa: PLC0415

    for item in sightings:
        facts = asdict(item)
        time_ns = facts.pop("time_ns")
        facts["time"] = None if time_ns is None else format_time(time_ns)
        facts["rules"] = item.rules.split()
        yield json.dumps(facts) + "\n"


def _text(sightings: "list[Sighting]") -> Iterator[str]:
    """One line a place, then what was seen there: `grep` finds paths, people find the frame."""
    from osspcap.report.terminal import escape_line  # noqa: PLC0415 - only for this format
    from osspcap.units import format_time  # noqa: PLC0415

    kind = None
    for item in sightings:
        if item.kind is not kind:
            yield ("" if kind is None else "\n") + f"{item.kind}:\n"
            kind = item.kind
        place = [f"frame {item.frame}"]
        if item.stream is not None:
            place.append(f"stream {item.stream}")
        if item.exchange is not None:
            place.append(f"exchange {item.exchange}")
        if item.time_ns is not None:
            place.append(format_time(item.time_ns))
        yield f"  {escape_line(item.path)}  {', '.join(place)}\n"
        told = item.what if item.request_id in item.what else f"{item.what}  {item.request_id}"
        rules = f"  [{item.rules}]" if item.rules and item.rules not in item.what else ""
        yield f"    {escape_line(told.strip())}{rules}\n"
