"""`osspcap show`: one conversation of a capture, as it was on the wire."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from osspcap.cli.keylogs import keylog_files, keylog_option, read_key_logs
from osspcap.cli.options import masking_options
from osspcap.cli.standardinput import refuse_terminal, standard_input

if TYPE_CHECKING:
    from osspcap.model.exchange import Exchange
    from osspcap.model.report import Dissection
    from osspcap.report.conversation import Line
    from osspcap.report.lastcheck import LastCheck
    from osspcap.report.masking import Masking


@click.command("show", short_help="Show one conversation of a capture.")
@click.argument("capture", metavar="CAPTURE | -")
@click.option("--stream", type=int, metavar="N", help="The connection that Wireshark calls tcp.stream N.")
@click.option("--exchange", type=int, metavar="N", help="The exchange with this id in the report.")
@click.option("--raw", metavar="FILE", help="Also write the messages to FILE byte for byte.")
@click.option("--as-curl", is_flag=True, help="Print a curl command that repeats the request, without its secrets.")
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
@keylog_option
@masking_options
def show_command(
    capture: str,
    stream: int | None,
    exchange: int | None,
    raw: str | None,
    *,
    as_curl: bool,
    force: bool,
    keylog: tuple[str, ...],
    show_secrets: bool,
    mask_ip: bool,
    mask_object: bool,
) -> int:
    """Show one conversation of a capture: headers, bodies, and what is missing.

    Lines of the client begin with >, lines of the server with <. In FILE, secrets are overwritten with asterisks of
    the same length unless --show-secrets is given.
    """
    if (stream is None) == (exchange is None):
        raise click.UsageError("say which conversation: either --stream N or --exchange N")
    if raw is not None and (mask_ip or mask_object):
        raise click.UsageError("--raw keeps the bytes of names and addresses: leave --mask-ip and --mask-object out")
    refuse_terminal(capture)
    from osspcap.analysis import Options, dissect  # noqa: PLC0415 - loads numpy
    from osspcap.cli.output import check_output, write_checked  # noqa: PLC0415
    from osspcap.cli.progress import ProgressLine  # noqa: PLC0415
    from osspcap.report.identities import Identities  # noqa: PLC0415
    from osspcap.report.lastcheck import LastCheck  # noqa: PLC0415
    from osspcap.report.masking import Masking  # noqa: PLC0415

    key_logs = keylog_files(keylog)
    check_output(raw, force=force, inputs=[capture, *key_logs])
    options = Options(keep_bodies=True, key_log=read_key_logs(key_logs))
    with ProgressLine(capture, quiet=False) as progress:
        dissection = dissect(capture, options, progress=progress.report, stdin=standard_input(capture))
    hidden = Identities(dissection.connections, dissection.exchanges, ip=mask_ip, objects=mask_object)
    masking = Masking(show_secrets=show_secrets, identities=hidden if mask_ip or mask_object else None)
    chosen = _choose(dissection, stream, exchange)
    known = {value for item in chosen for value in masking.secrets_of(item).credentials()}
    lines = _curl(dissection, chosen, masking) if as_curl else _texts(_lines(dissection, stream, chosen, masking))
    write_checked(None, lines, LastCheck(known), force=False)
    if raw is not None:
        _write_raw(raw, chosen, masking, LastCheck(known), force=force)
    return 0


def _write_raw(path: str, chosen: "list[Exchange]", masking: "Masking", check: "LastCheck", *, force: bool) -> None:
    from osspcap.cli.output import open_output, refuse_secret  # noqa: PLC0415 - only with --raw
    from osspcap.report.conversation import raw_bytes  # noqa: PLC0415

    with open_output(path, force=force) as out:
        for item in chosen:
            data = raw_bytes(item, masking)
            refuse_secret(data, check)
            out.write(data)


def _curl(dissection: "Dissection", chosen: "list[Exchange]", masking: "Masking") -> Iterator[str]:
    """Yield the commands; what one should know about them goes to standard error, so that a shell can read the rest."""
    from osspcap.report.curlcommand import curl_command  # noqa: PLC0415 - only with --as-curl
    from osspcap.report.terminal import escape_line  # noqa: PLC0415

    for item in chosen:
        command = curl_command(item, dissection.connections[item.stream], masking)
        for note in command.notes:
            click.echo(f"osspcap: {escape_line(note)}", err=True)
        if command.text:
            yield f"{command.text}\n"


def _choose(dissection: "Dissection", stream: int | None, exchange: int | None) -> "list[Exchange]":
    """Return the exchanges to show; a usage error says what there is."""
    if exchange is not None:
        if not 0 <= exchange < len(dissection.exchanges):
            raise click.UsageError(f"there is no exchange {exchange}: {_range(len(dissection.exchanges), 'exchange')}")
        return [dissection.exchanges[exchange]]
    if stream is None or not 0 <= stream < len(dissection.connections):
        raise click.UsageError(f"there is no stream {stream}: {_range(len(dissection.connections), 'stream')}")
    return [item for item in dissection.exchanges if item.stream == stream]


def _range(count: int, noun: str) -> str:
    return f"the capture has {noun}s 0 to {count - 1}" if count else f"the capture has no {noun}s"


def _lines(
    dissection: "Dissection", stream: int | None, chosen: "list[Exchange]", masking: "Masking"
) -> "Iterator[Line]":
    from osspcap.report.conversation import connection_lines, exchange_lines  # noqa: PLC0415 - lazily

    if stream is not None:
        return connection_lines(dissection.connections[stream], chosen, masking)
    return exchange_lines(chosen[0], masking)


def _texts(lines: "Iterator[Line]") -> Iterator[str]:
    """Colour by speaker where colours are wanted; the text is the same."""
    from osspcap.cli.output import wants_color  # noqa: PLC0415 - lazily

    if not wants_color(None):
        for line in lines:
            yield f"{line}\n"
        return
    from osspcap.report.conversation import Speaker  # noqa: PLC0415

    colors = {Speaker.CLIENT: "bright_blue", Speaker.SERVER: None, Speaker.NOTE: None}
    for line in lines:
        color, is_note = colors[line.speaker], line.speaker is Speaker.NOTE
        yield click.style(str(line), fg=color, dim=is_note or None) + "\n"
