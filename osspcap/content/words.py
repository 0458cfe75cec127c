"""How a direction ended and why bytes are missing, in the words of the report."""

from osspcap.model.stream import End, EndCause, Gap, GapCause

_END_WORDS = {
    EndCause.FIN: "connection closed",
    EndCause.RST: "connection reset",
    EndCause.REUSED: "connection replaced by a new one",
    EndCause.CAPTURE_ENDED: "capture ended",
}
_GAP_WORDS = {
    GapCause.NOT_CAPTURED: "not captured",
    GapCause.SNAPLEN: "cut by the snap length",
    GapCause.CAPTURE_ENDED: "capture ended",
    GapCause.ABORTED: "connection aborted",
    GapCause.NOT_DECRYPTED: "not decrypted",
}


def end_words(end: End) -> str:
    """Return the words for how a direction ended."""
    return _END_WORDS[end.cause]


def gap_words(gap: Gap) -> str:
    """Return the words for why bytes are missing."""
    return _GAP_WORDS[gap.cause]
