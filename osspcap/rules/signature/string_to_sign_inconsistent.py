"""SIG111 string-to-sign-inconsistent: text and bytes of the string to sign in one error contradict each other."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Severity, Verdict
from osspcap.oss.signing.request import as_text
from osspcap.oss.signing.shown import shown_string
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.signature._signing import SigningRule, refused_with
from osspcap.rules.wording import shortened

MAX_VALUE_CHARS = 100
"""Characters of one line inside a sentence; the evidence holds both whole."""
MAX_LINES = 4


class StringToSignInconsistent(SigningRule):
    """The StringToSign and the StringToSignBytes of one error document contradict each other.

    ## What it finds
    Error documents whose StringToSign says something else than their StringToSignBytes, beyond masks and lost blanks.

    ## Why it matters
    OSS writes the same string twice, as text and as hexadecimal bytes. Where they differ, somebody edited the document,
    mostly to hide a name, and a comparison with the request proves less than it would.

    ## How it decides
    The bytes are decoded and compared with the text line by line. Masked characters, collapsed line feeds and other
    character sets are no contradiction.

    ## False alarms
    None known. The example in the FAQ of the Python SDK is such a case: its text and its bytes name two buckets.
    """

    code = "SIG111"
    name = "string-to-sign-inconsistent"
    severity = Severity.INFO
    fix = (
        "Capture the failing request again and analyze the capture as it is, without editing it.",
        "To publish a capture, mask StringToSignBytes as well: it holds what was removed from the text.",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a note for a contradiction."""
        facts = exchange.facts.get(SigningFacts)
        server = None if facts is None else facts.server
        if facts is None or server is None or not server.disagreements or server.text is None:
            return
        first = server.disagreements[0]
        shown, real = (shortened(as_text(line), MAX_VALUE_CHARS) for line in (first.text, first.authoritative))
        decoded = shown_string(server)
        yield self.finding(
            f"{refused_with(exchange)}, but its error document contradicts itself: StringToSign has {shown!r} where "
            f"StringToSignBytes has {real!r}",
            *self.request_evidence(exchange, facts.authentication),
            self.evidence(exchange, server.text, f"{decoded.value} (StringToSignBytes, read as text)"),
            self.evidence(exchange, decoded, f"{server.text.value} (StringToSign)"),
            *self.error_evidence(exchange),
            exchanges=(exchange,),
            cause=f"{shown} {real}",
        )
