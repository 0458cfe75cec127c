"""`osspcap bundle`: a capture in, one archive for a ticket out."""

from typing import TYPE_CHECKING, Any

import click

from osspcap.cli.keylogs import keylog_files, keylog_option, read_key_logs
from osspcap.cli.options import exit_status, split_codes

if TYPE_CHECKING:
    from osspcap.bundle.evidence import Evidence
    from osspcap.report.view import ReportView


@click.command("bundle", short_help="Make a ticket bundle: reports and a small redacted capture.")
@click.argument("capture", metavar="CAPTURE")
@click.option("-o", "--output", metavar="FILE.zip", required=True, help="Archive to write.")
@click.option("--force", is_flag=True, help="Overwrite the archive if it exists.")
@click.option("--select", metavar="CODES", multiple=True, help="Run only these rules: codes, prefixes (SIG) or names.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Leave these rules out.")
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning", "info", "never")),
    default="never",
    show_default=True,
    help="Exit with 1 if there is a finding this severe.",
)
@keylog_option
@click.option("--secret-env", metavar="NAME", help="Verify signatures with the access key secret in this variable.")
@click.option(
    "--secret-file", metavar="FILE", help="Likewise: a file with one secret, or JSON of access key ID to secret."
)
@click.option("--include-bodies", is_flag=True, help="Keep object data in the capture.")
@click.option("--include-keys", is_flag=True, help="Put the TLS keys of these connections into the capture.")
@click.option("--mask-ip", is_flag=True, help="Replace IP addresses; leaves the capture out.")
@click.option("--mask-object", is_flag=True, help="Replace object names; leaves the capture out.")
@click.option("-q", "--quiet", is_flag=True, help="Do not say what is inside.")
def bundle_command(
    capture: str,
    output: str,
    *,
    force: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    keylog: tuple[str, ...],
    secret_env: str | None,
    secret_file: str | None,
    include_bodies: bool,
    include_keys: bool,
    quiet: bool,
    **hidden: Any,
) -> int:
    """Make an archive to attach to a ticket.

    It holds the report as HTML, Markdown and JSON, a table of request IDs, and a capture of only the connections with
    findings, from which secrets and object data are taken out. What is inside is said before it is written.
    """
    from osspcap.analysis import Options, analyze  # noqa: PLC0415 - loads what help does not need
    from osspcap.bundle.evidence import make_evidence  # noqa: PLC0415 - likewise
    from osspcap.cli.output import check_output, open_output  # noqa: PLC0415 - likewise
    from osspcap.cli.progress import ProgressLine  # noqa: PLC0415
    from osspcap.cli.secrets import read_secrets  # noqa: PLC0415
    from osspcap.report.view import ReportView  # noqa: PLC0415
    from osspcap.tls.keylog import KeyLog  # noqa: PLC0415

    if capture == "-":
        raise click.UsageError("a bundle needs the capture as a file, to read it twice; save the pipe to one first")
    key_logs = keylog_files(keylog)
    inputs = (capture, *(path for path in (secret_file, *key_logs) if path is not None))
    check_output(output, force=force, inputs=inputs)
    lent, key_log = read_secrets(secret_env, secret_file), read_key_logs(key_logs)
    options = Options(select=split_codes(select), ignore=split_codes(ignore), secrets=lent, key_log=key_log, trace=True)
    with ProgressLine(capture, quiet=quiet) as progress:
        report = analyze(capture, options, progress=progress.report)
    view = ReportView(report, lent=lent, **hidden)
    evidence = None
    if not any(hidden.values()):
        keys = (key_log, KeyLog(report.capture.decryption_secrets)) if include_keys else ()
        evidence = make_evidence(capture, report, include_bodies=include_bodies, key_logs=keys)
    masked = _masked(evidence, include_bodies=include_bodies, hides=any(hidden.values()))
    content = _archive(view, evidence, masked)
    if not quiet:
        click.echo("\n".join(_contents(output, content, evidence, masked)), err=True)
    with open_output(output, force=force) as out:
        out.write(content.packed)
    return exit_status(report.worst, fail_on)


class _Content:
    """The files of an archive, and the archive."""

    def __init__(self, files: dict[str, bytes], packed: bytes) -> None:
        self.files = files
        self.packed = packed


def _archive(view: "ReportView", evidence: "Evidence | None", masked: list[str]) -> _Content:
    """Make the archive.

    Raises:
        OutputError: A file would have held a secret that is known.
    """
    from osspcap.bundle.archive import bundle_files, manifest, pack  # noqa: PLC0415 - as above
    from osspcap.bundle.filling import is_error_document  # noqa: PLC0415
    from osspcap.errors import OutputError  # noqa: PLC0415
    from osspcap.report.lastcheck import LastCheck  # noqa: PLC0415

    files = bundle_files(view, evidence)
    files["manifest.json"] = manifest(view, files, evidence, masked)
    known = view.known_secrets()
    of_reports, of_packets = LastCheck(known), LastCheck(s for s in known if not is_error_document(s))
    for name, data in files.items():
        if (of_packets if name == "evidence.pcapng" else of_reports).find(data) is not None:
            raise OutputError(
                f"{name} would have held a signature, token or secret in clear, so no bundle was written; that is a "
                "defect of osspcap: please report it"
            )
    return _Content(files, pack(files))


def _masked(evidence: "Evidence | None", *, include_bodies: bool, hides: bool) -> list[str]:
    found = [
        "signatures, security tokens, cookies, policies and callback parameters, in every file",
        "access key IDs, but for their first 8 and last 4 characters",
    ]
    if hides:
        found.append("evidence.pcapng is left out: packets cannot hide addresses and object names")
    elif evidence is None:
        found.append("evidence.pcapng is left out: no finding and no failed request names a packet")
    elif not include_bodies:
        found.append("object data in evidence.pcapng: packets are cut behind the headers (--include-bodies keeps it)")
    return found


def _contents(output: str, content: _Content, evidence: "Evidence | None", masked: list[str]) -> list[str]:
    from osspcap.report.terminal import escape_line  # noqa: PLC0415 - as above
    from osspcap.report.wording import counted  # noqa: PLC0415
    from osspcap.units import format_bytes  # noqa: PLC0415

    lines = [f"{escape_line(output)} will hold"]
    lines += [f"  {name:<16} {format_bytes(len(data)):>10}" for name, data in sorted(content.files.items())]
    lines.append("Masked or left out:")
    lines += [f"  {line}" for line in masked]
    if evidence is not None:
        packets, streams = counted(evidence.packets, "packet"), counted(len(evidence.streams), "connection")
        secrets = counted(evidence.masked, "secret")
        lines.append(f"In evidence.pcapng: {packets} of {streams}; {secrets} in them replaced")
        lines += [f"  {note}" for note in evidence.notes]
        if evidence.has_keys:
            lines.append(
                "  TLS keys of these connections are in evidence.pcapng: whoever has it can read what they carry"
            )
    return lines
