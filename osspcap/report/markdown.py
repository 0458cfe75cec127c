"""The report as Markdown, to be pasted into a ticket: what the vendor's support asks for, in the order they ask for it.

Verdict, findings with their proof, the requests with their IDs, the environment, and how the capture was made and is
opened. Everything that was captured passes `markup`: it shows as it is and never acts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from osspcap._version import __version__
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Finding, Severity
from osspcap.report.limits import MAX_EVIDENCE, MAX_REQUEST_IDS, MAX_UNDECIDED, MAX_VALUE
from osspcap.report.linediff import cut_around, diff_lines
from osspcap.report.markup import block, cell, code, paragraphs, prose, step
from osspcap.report.reporters import Layout
from osspcap.report.view import ExchangeRow, ReportView
from osspcap.report.wording import counted
from osspcap.units import format_bytes, format_duration, format_time

MAX_ROWS = 50
"""Requests listed: tickets have a limit of their own. `--limit` and `--offset` choose others."""
MAX_NAMES = 10
"""Different endpoints, clients and the like that are listed."""

_LABELS = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def write_reports(views: Iterator[ReportView], layout: Layout) -> Iterator[str]:
    """Yield the output of `-f markdown`, a document after the other."""
    separator = ""
    for view in views:
        yield separator + "\n\n".join(part for part in _parts(view, layout) if part) + "\n"
        separator = "\n---\n\n"
    for path, message in layout.errors:
        yield f"\n{code(path)} could not be read: {prose(message)}\n"


def _parts(view: ReportView, layout: Layout) -> Iterator[str]:
    errors, warnings, infos = (view.count(severity) for severity in Severity)
    yield f"# osspcap: {prose(view.capture.path)}"
    yield f"**{prose(view.verdict)}**"
    counts = [counted(errors, "error"), counted(warnings, "warning"), counted(infos, "note")]
    yield f"{', '.join(counts)}. {prose(view.what_was_checked())}"
    if view.findings:
        yield "## Findings"
        for finding in view.findings:
            yield from _finding(view, finding)
    if view.undecided:
        yield "## Could not be decided"
        yield _undecided(view)
    if not layout.findings_only:
        yield "## Requests"
        yield _requests(view)
        yield "## Environment"
        yield _environment(view)
    yield "## Capture"
    yield _capture(view)
    secrets = "**Signatures, tokens and cookies are shown.**" if view.masking.show_secrets else "Secrets are masked."
    yield f"Made by osspcap {__version__}. {secrets}"


def _finding(view: ReportView, finding: Finding) -> Iterator[str]:
    details = [] if finding.confidence is Confidence.CONFIRMED else [finding.confidence.value]
    if finding.occurrences > 1:
        details.append(f"{finding.occurrences:,} times")
    yield f"### {_LABELS[finding.severity]} {finding.rule} {finding.name}" + (
        f" ({', '.join(details)})" if details else ""
    )
    if finding.summary.rstrip(".").lower() != view.verdict.rstrip(".").lower():  # else it stands at the top already
        yield prose(finding.summary)
    yield paragraphs(finding.explanation)
    yield from _evidence(finding.evidence)
    if finding.fix:
        yield "**What to do**"
        yield "\n".join(f"{number}. {step(text)}" for number, text in enumerate(finding.fix, 1))
    ids = view.request_ids(finding, MAX_REQUEST_IDS)
    references = [f"Request ID: {', '.join(map(code, ids))}"] if ids else []
    if finding.filter:
        references.append(f"Wireshark: {code(finding.filter)}")
    yield "\n".join(f"- {line}" for line in references)


def _evidence(evidence: tuple[Evidence, ...]) -> Iterator[str]:
    """Short values in a table; texts of several lines, such as a string to sign, below it with their lines kept."""
    yield "**Evidence**"
    shown = evidence[:MAX_EVIDENCE]
    short = [item for item in shown if "\n" not in item.observed + item.expected]
    if short:
        rows = (
            (str(item.frame), prose(item.field), _value(item.observed), _value(item.expected) if item.expected else "")
            for item in short
        )
        yield _table(("frame", "in", "seen", "expected"), rows)
    for item in shown:
        if item not in short:
            yield from _lines(item)
    if len(evidence) > MAX_EVIDENCE:
        yield f"{len(evidence) - MAX_EVIDENCE} more facts: `-f json`."


def _lines(item: Evidence) -> Iterator[str]:
    if "\n" in item.observed and "\n" in item.expected:
        yield f"Frame {item.frame}, {prose(item.field)}; `-` was seen, `+` is expected:"
        both = (cut_around(line, MAX_VALUE) for line in diff_lines(item.observed, item.expected))
        yield block("\n".join(f"{line.sign} {line.text}".rstrip() for line in both), "diff")
        return
    yield f"Frame {item.frame}, {prose(item.field)}:"
    yield block(item.observed[:MAX_VALUE])
    if "\n" in item.expected:
        yield "Expected:"
        yield block(item.expected[:MAX_VALUE])
    elif item.expected:
        yield f"Expected: {prose(item.expected)}"


def _value(value: str) -> str:
    if not value:
        return "(empty)"
    more = f" ... ({len(value):,} characters)" if len(value) > MAX_VALUE else ""
    return cell(value[:MAX_VALUE]) + more


def _undecided(view: ReportView) -> str:
    lines = [
        f"- {group.rule} {group.name}: {prose(group.reason)}" + (f" ({group.count:,} times)" if group.count > 1 else "")
        for group in view.undecided[:MAX_UNDECIDED]
    ]
    left = len(view.undecided) - MAX_UNDECIDED
    return "\n".join([*lines, f"- {left} more: `-f json`"] if left > 0 else lines)


def _requests(view: ReportView) -> str:
    """List what was asked for; without that, the requests that findings are about, then the first ones."""
    total = len(view.report.exchanges)
    if not total:
        return "No HTTP request or response was read."
    if view.selection.is_everything:
        chosen = _notable(view)
        note = f"{counted(total - len(chosen), 'more exchange')}: `-f json` lists all." if len(chosen) < total else ""
    else:
        chosen = list(view.exchanges())
        facts = view.page_facts()
        note = f"{counted(len(chosen), 'exchange')} of {facts['matching']:,} asked for."
    rows = (_request(view.row(exchange), exchange, view) for exchange in chosen)
    table = _table(("time (UTC)", "method", "bucket", "object", "status", "code", "EC", "request ID", "frame"), rows)
    return "\n\n".join(part for part in (table if chosen else "", note) if part)


def _notable(view: ReportView) -> list[Exchange]:
    exchanges, notable = view.report.exchanges, view.notable_exchanges()
    ids = [number for number in sorted(notable) if number < len(exchanges)][:MAX_ROWS]
    ids += [one.id for one in exchanges[:MAX_ROWS] if one.id not in notable][: MAX_ROWS - len(ids)]
    return [exchanges[number] for number in sorted(ids)]


def _request(row: ExchangeRow, exchange: Exchange, view: ReportView) -> tuple[str, ...]:
    operation = exchange.operation
    bucket, name = (operation.bucket, operation.object) if operation is not None else (None, None)
    shown = view.masking.object_name(name or "") if bucket is not None else row.place
    ec = view.ec(exchange)
    return (
        format_time(row.start_ns)[:23].replace("T", " "),
        cell(row.method) or "not captured",
        cell(view.masking.plain(bucket or "")),
        cell(shown[:300]),
        "none" if row.status is None else str(row.status),
        cell(row.code),
        cell(ec),
        cell(row.request_id),
        str(row.frame),
    )


def _environment(view: ReportView) -> str:
    """Name clients, endpoints and addresses by how often they are seen."""
    masking = view.masking
    sdks, endpoints, schemes, clients, servers = (Counter[str]() for _ in range(5))
    for exchange in view.exchanges():
        operation = exchange.operation
        if operation is None:
            continue
        sdks[operation.sdk or ""] += 1
        if operation.endpoint is not None:
            endpoints[operation.endpoint.host] += 1
        if operation.signature is not None:
            schemes[operation.signature.scheme.value] += 1
    for connection in view.connections():
        clients[masking.address(connection.client).rpartition(":")[0]] += 1
        servers[masking.address(connection.server)] += 1
    del sdks[""]
    rows = (
        ("Client program", _counts(sdks, "request")),
        ("Endpoint", _counts(endpoints, "request")),
        ("Signature", _counts(schemes, "request")),
        ("Client address", _counts(clients, "connection")),
        ("Server address", _counts(servers, "connection")),
    )
    return _table(("", ""), [row for row in rows if row[1]]) or "Nothing is known."


def _counts(names: Counter[str], noun: str) -> str:
    shown = [f"{cell(name)} ({counted(count, noun)})" for name, count in names.most_common(MAX_NAMES)]
    left = len(names) - MAX_NAMES
    return ", ".join([*shown, f"{left:,} more"] if left > 0 else shown)


def _capture(view: ReportView) -> str:
    info = view.capture
    rows = [
        ("File", cell(info.path)),
        ("SHA-256", cell(info.sha256)),
        ("Format", info.format + (f", {info.compression}" if info.compression else "")),
        ("Packets", f"{info.packets:,} ({format_bytes(info.captured_bytes)}), {info.tcp_packets:,} of them TCP"),
        ("How it was captured", _how_captured(view)),
        ("What it lacks", prose("; ".join(view.capture_lacks())) or "nothing that was noticed"),
    ]
    if info.first_packet_ns is not None and info.last_packet_ns is not None:
        span = format_duration(info.last_packet_ns - info.first_packet_ns)
        rows.insert(4, ("Time", f"{span} from {format_time(info.first_packet_ns)}"))
    table = _table(("", ""), [(name, value.replace("|", "\\|") if "`" not in value else value) for name, value in rows])
    filters = [finding.filter for finding in view.findings if finding.filter]
    shown = filters[0] if filters else "http or tls"
    name = "capture.pcap" if info.path == "-" else info.path
    how = (
        f"Open it in Wireshark: {code(_command(name, shown))}. Frame and stream numbers are Wireshark's: "
        "`frame.number == N` goes to a frame, `tcp.stream eq N` shows a connection."
    )
    return f"{table}\n\n{how}"


def _command(path: str, display_filter: str) -> str:
    import shlex  # noqa: PLC0415 - for this line only

    return f"wireshark -r {shlex.quote(path)} -Y {shlex.quote(display_filter)}"


def _how_captured(view: ReportView) -> str:
    info = view.capture
    facts = [f"link type {', '.join(info.link_types)}"] if info.link_types else []
    if info.interface_names:
        facts.append("interface " + ", ".join(map(cell, info.interface_names[:MAX_NAMES])))
    facts.append(f"snap length {info.snaplen:,}" if info.snaplen else "snap length not stated")
    if "LINUX_SLL" in info.link_types or "LINUX_SLL2" in info.link_types:
        facts.append("on all interfaces of a Linux host (`-i any`)")
    return ", ".join(facts)


def _table(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(names)} |", "|" + " --- |" * len(names), *lines])
