"""REQ007 malformed-xml: OSS cannot use the XML that the request sent."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.oss.xml_fault import SentXml
from osspcap.rules.request._stated import StatedErrorRule, Telling, header
from osspcap.rules.wording import counted, shortened

WITH_XML = frozenset({"CompleteMultipartUpload", "DeleteMultipleObjects", "RestoreObject", "SelectObject"})
"""Object operations that send XML, beside all that configure a bucket."""


class MalformedXml(StatedErrorRule):
    """OSS cannot use the XML that the request sent.

    ## What it finds
    Requests that OSS answered with 400 MalformedXML or InvalidXMLFormat.

    ## Why it matters
    The request fails as a whole: parts are not put together, objects not deleted, the bucket's configuration stays as
    it was.

    ## How it decides
    OSS states the error code. The captured body is then read with an XML parser: if that stumbles, the finding names
    the line, the column and the fault. If the text is well-formed, an element must be missing, misspelt, empty or in
    the wrong case. An empty body is named as such.

    ## False alarms
    None as to the error. Where the body was not captured whole, the finding says that the fault could not be looked up.
    """

    code = "REQ007"
    name = "malformed-xml"
    answers = ("MalformedXML", "InvalidXMLFormat")
    statuses = (400,)
    fix = (
        "Check the body that the program sends: `xmllint --noout BODY.xml` names the place of a fault.",
        "Escape `&`, `<` and `>` in keys and values (`&amp;`, `&lt;`, `&gt;`), and send UTF-8 without a BOM.",
        (
            "Compare element names, their case and their order with the example on the operation's API page; better, "
            "let the SDK build the body."
        ),
    )
    sources = ("OSS error catalogue: MalformedXML, InvalidXMLFormat", "Extensible Markup Language (XML) 1.0")

    def fits(self, exchange: Exchange, operation: Operation) -> bool:
        """Only requests that send XML can meet this error."""
        request = exchange.request
        if request is None or request.method not in {"PUT", "POST"}:
            return False
        is_configuration = operation.object is None and operation.name not in {"PostObject", "PutBucket"}
        return operation.name in WITH_XML or is_configuration

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:  # noqa: ARG002 - base
        """Name the fault and its place."""
        sent = exchange.facts.get(SentXml)
        described = self.shown(exchange, header(exchange.request, "Content-Type"))
        cause = f"{operation.bucket} {operation.name}"
        if sent is None:
            return Telling("OSS cannot use the XML of the request", (*self.asked(exchange), *described), cause=cause)
        if not sent.length:
            return Telling(
                "the request has no body, where OSS expects XML",
                (*self.asked(exchange, "with an XML body"), *described),
                explanation="The body is empty as captured: the program sent none, or a device took it away before.",
                cause=f"{cause} empty",
            )
        shown = Evidence(sent.frame, exchange.stream, exchange.id, "request body", sent.shown)
        told, why, confidence = _told(sent)
        return Telling(told, (shown, *described), explanation=why, confidence=confidence, cause=f"{cause} {sent.fault}")


def _told(sent: SentXml) -> tuple[str, str, Confidence]:
    """Return the summary, the explanation and how sure it is."""
    bom = " A byte order mark (EF BB BF) stands in front of it." if sent.has_bom else ""
    root = f" of <{shortened(sent.root, 60)}>" if sent.root else ""
    if not sent.complete:
        return (
            f"OSS cannot use the XML{root} that the request sent",
            "The body was not captured whole, so that the place of the fault cannot be looked up." + bom,
            Confidence.CONFIRMED,
        )
    if sent.fault:
        place = f"line {sent.line}, column {sent.column}"
        return (
            (
                f"the XML{root} in the request ({counted(sent.length, 'byte')}) is broken at {place}: "
                f"{shortened(sent.fault)}"
            ),
            f"An XML parser refuses the captured body at {place}; the text shown is what stands there.{bom}",
            Confidence.CONFIRMED,
        )
    return (
        f"the XML{root} in the request is well-formed, but not what the operation expects",
        (
            "The captured body can be parsed, so an element is missing, misspelt, empty or in the wrong case, or there "
            f"are more entries than the operation takes (1,000 keys, 10,000 parts, 10 CORS rules).{bom}"
        ),
        Confidence.LIKELY,
    )
