"""The one sentence at the top of a report: what went wrong, or what was looked at without finding a fault.

Silence is never passed off as health: a report without findings says how many exchanges were judged, how good the
capture was and how much stayed undecided.
"""

from collections.abc import Sequence

from osspcap.model.finding import Finding, Severity, Undecided
from osspcap.model.report import Dissection
from osspcap.rules.wording import counted

_ABOUT_THE_CAPTURE = "capture"
"""Category of findings about the file instead of the traffic."""


def state_verdict(
    dissection: Dissection, oss_exchanges: int, findings: Sequence[Finding], undecided: Sequence[Undecided]
) -> str:
    """Return the verdict.

    Args:
        dissection: What was judged.
        oss_exchanges: How many of the exchanges have to do with OSS.
        findings: Merged and sorted, worst first.
        undecided: Merged.
    """
    faults = [finding for finding in findings if finding.severity is not Severity.INFO]
    about_traffic = [finding for finding in faults if finding.category != _ABOUT_THE_CAPTURE]
    about_capture = [finding for finding in faults if finding.category == _ABOUT_THE_CAPTURE]
    if about_traffic:
        return _told(about_traffic[0].summary) + _others(len(faults) - 1)
    looked_at = _looked_at(dissection, oss_exchanges)
    left_open = f"; {counted(len(undecided), 'question')} left undecided" if undecided else ""
    if about_capture:
        problem = _told(about_capture[0].summary) + _others(len(about_capture) - 1)
        if not oss_exchanges:
            return f"{problem} Nothing was judged: {looked_at}{left_open}."
        return f"No fault found in {looked_at}{left_open}, but the capture has flaws: {problem}"
    if oss_exchanges:
        return f"No fault found in {looked_at}{left_open}."
    hint = f" {_told(findings[0].summary)}" if findings else ""
    return f"No OSS exchange could be read: {looked_at}{left_open}.{hint}"


def _looked_at(dissection: Dissection, oss_exchanges: int) -> str:
    exchanges = counted(len(dissection.exchanges), "exchange")
    connections = counted(len(dissection.connections), "connection")
    return f"{counted(oss_exchanges, 'OSS exchange')} ({exchanges}, {connections})"


def _told(summary: str) -> str:
    """Return a summary as a sentence: capital letter in front, full stop at the end."""
    sentence = summary[:1].upper() + summary[1:]
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _others(count: int) -> str:
    return f" {counted(count, 'further finding')} below." if count else ""
