"""What the rules on time share: the measured exchanges, and how their figures are told."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.model.latency import Latency, Limit, Phase
from osspcap.model.operation import Role
from osspcap.model.report import Dissection
from osspcap.model.slowness import Slowness
from osspcap.oss.sdk import SdkUse, identify_sdk
from osspcap.units import NS_PER_S, FrameNumber, format_bytes, format_duration

MIN_DURATION_NS = NS_PER_S
"""Shorter downloads bother nobody."""
MIN_BYTES = 32 * 1024
"""Smaller bodies are no transfers."""
MAX_BYTES_PER_S = 50_000_000
"""A reader faster than that is as fast as disks and networks of a gigabit are."""
MAX_SHOWN = 5
"""Stretches of shut window that the evidence shows."""
CRCMOD_PREFIX = "aliyun-sdk-python"
"""Product token of the SDK whose CRC may run in Python code."""
CRCMOD_STEPS = (
    "Check that crcmod has its C extension: `python -c 'import crcmod._crcfunext'` must raise no error.",
    "If it does, `pip uninstall crcmod`, install compiler and Python headers (python3-devel), `pip install crcmod`.",
    "To see whether that is it, switch the check off for a test: `oss2.Bucket(..., enable_crc=False)`.",
)
"""Source: OSS FAQ, Python SDK: downloads and uploads far slower than with ossutil."""


def slow_exchanges(dissection: Dissection) -> Iterator[tuple[Latency, Exchange]]:
    """Yield the exchanges that took a second or more, with their figures; callbacks have rules of their own."""
    slowness = dissection.facts.get(Slowness)
    for latency in () if slowness is None else slowness.slow:
        exchange = dissection.exchanges[latency.exchange]
        if exchange.operation is None or exchange.operation.role is not Role.CALLBACK:
            yield latency, exchange


def rate(phase: Phase) -> str:
    """Tell size, time and rate: `301.0 KiB in 5.11 s (58.9 KiB/s)`."""
    speed = phase.bytes_per_s
    told = "" if speed is None else f" ({format_bytes(round(speed))}/s)"
    return f"{format_bytes(phase.byte_count)} in {format_duration(phase.duration_ns)}{told}"


def share(phase: Phase, limit: Limit) -> str:
    """Tell what part of a phase went to one thing: `5.1 s of 5.11 s`."""
    return f"{format_duration(phase.spent_on(limit))} of {format_duration(phase.duration_ns)}"


def line_evidence(exchange: Exchange) -> Iterator[Evidence]:
    """Yield request line and status line."""
    for message in (exchange.request, exchange.response):
        if message is not None:
            yield Evidence.of(message.seen_start_line(), stream=exchange.stream, exchange=exchange.id)


def sdk_of(exchange: Exchange) -> SdkUse | None:
    """Return the SDK that sent a request; None if its User-Agent is no SDK's."""
    if exchange.request is None:
        return None
    fields = exchange.request.fields()
    return identify_sdk(fields.get("User-Agent"), fields.get("x-oss-user-agent"))


def crc_steps(exchange: Exchange) -> tuple[str, ...]:
    """Return what to check about the CRC, if the request came from the SDK that it matters for."""
    use = sdk_of(exchange)
    return CRCMOD_STEPS if use is not None and use.family.prefix == CRCMOD_PREFIX else ()


def vantage_note(latency: Latency) -> str:
    """Say where the capture was taken, as far as that matters for the figures."""
    return f"The capture was taken {latency.placing.vantage}: {latency.placing.reason}." if latency.rtt_ns else ""


def is_held_up(phase: Phase) -> bool:
    """Tell whether a transfer spent most of its time waiting for its receiver."""
    if phase.limit is not Limit.RECEIVER or phase.duration_ns < MIN_DURATION_NS or phase.byte_count < MIN_BYTES:
        return False
    return (phase.bytes_per_s or 0) < MAX_BYTES_PER_S


def window_evidence(dissection: Dissection, exchange: Exchange, phase: Phase, *, of_client: bool) -> Iterator[Evidence]:
    """Yield the first packets that shut the window during a transfer, and how long it stayed so."""
    connection = dissection.connections[exchange.stream]
    direction = connection.from_client if of_client else connection.from_server
    during = [item for item in direction.shut_windows if phase.start_ns <= item.start_ns <= phase.end_ns]
    for item in during[:MAX_SHOWN]:
        open_again = "not opened again" if item.end_frame < 0 else f"open in frame {item.end_frame}"
        after = "" if item.end_frame < 0 else f" after {format_duration(item.end_ns - item.start_ns)}"
        observed = f"0, {open_again}{after}"
        frame = FrameNumber(item.frame)
        yield Evidence(frame, exchange.stream, exchange.id, "tcp window", observed, "room for a segment")
    if not during:
        mark = connection.last_frame if exchange.response is None else exchange.response.frame
        yield Evidence(mark, exchange.stream, exchange.id, "tcp window", "full again and again", "room for a segment")
