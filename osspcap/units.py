"""Pervasive integers with a type of their own, and how they are shown to people."""

from datetime import UTC, datetime
from typing import NewType

Nanoseconds = NewType("Nanoseconds", int)
"""Time since 1970-01-01T00:00:00Z, or a duration; never a float."""

FrameNumber = NewType("FrameNumber", int)
"""1-based packet number in the capture file: Wireshark's `frame.number`."""

StreamId = NewType("StreamId", int)
"""0-based TCP connection number: Wireshark's `tcp.stream`."""

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


def format_time(ts_ns: int) -> str:
    """Render a capture time as ISO 8601 UTC with microseconds: `2018-12-29T07:32:34.000000Z`.

    Times outside the years 1 to 9999, which only a damaged file holds, are shown as `@<seconds>`.
    """
    seconds, rest = divmod(ts_ns, NS_PER_S)
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return f"@{seconds}"
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def format_duration(duration_ns: int) -> str:
    """Render a duration with the unit a reader would choose: `0.12 ms`, `850 ms`, `12.3 s`, `4 min 5 s`."""
    sign, magnitude = ("-", -duration_ns) if duration_ns < 0 else ("", duration_ns)
    ms = magnitude / NS_PER_MS
    if ms < 1:
        text = f"{ms:.2f} ms"
    elif ms < 1000:
        text = f"{ms:.3g} ms" if ms < 100 else f"{ms:.0f} ms"
    elif ms < 120_000:
        text = f"{ms / 1000:.3g} s" if ms < 100_000 else f"{ms / 1000:.0f} s"
    else:
        minutes, seconds = divmod(round(ms / 1000), 60)
        hours, minutes = divmod(minutes, 60)
        text = f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"
    return sign + text


def format_bytes(count: int) -> str:
    """Render a size in binary units as Wireshark's status bar does: `812 bytes`, `64.0 KiB`, `1.5 GiB`."""
    if count < 1024:
        return f"{count} byte" if count == 1 else f"{count} bytes"
    size = float(count)
    for unit in ("KiB", "MiB", "GiB"):
        size /= 1024
        if size < 1024:
            return f"{size:.1f} {unit}"
    return f"{size / 1024:.1f} TiB"
