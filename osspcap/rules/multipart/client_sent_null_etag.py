"""MPU003 client-sent-null-etag: a completion lists parts without an ETag."""

from osspcap.model.multipart import ClaimFault, FaultKind
from osspcap.model.report import Dissection
from osspcap.rules.multipart._uploads import ABORT, CompletionRule
from osspcap.rules.wording import shortened


class ClientSentNullEtag(CompletionRule):
    """A completion lists parts without an ETag.

    ## What it finds
    CompleteMultipartUpload requests that OSS refused and that list null, undefined or nothing as the ETag of a part.

    ## Why it matters
    The program did not get the ETags of its parts, or did not keep them. In browsers a script reads ETag only if the
    bucket's CORS rule exposes it; elsewhere a proxy or CDN may have taken it out of the answers.

    ## How it decides
    The list says so, and OSS answered InvalidPart, MalformedXML or InvalidArgument. Where the capture shows that a
    page could not read the ETags, `etag-not-exposed` tells it instead.

    ## False alarms
    None; no part has such an ETag.
    """

    code = "MPU003"
    name = "client-sent-null-etag"
    kind = FaultKind.NULL_ETAG
    codes = frozenset({"InvalidPart", "MalformedXML", "InvalidArgument", "InvalidDigest"})
    supersedes = ("REQ016", "REQ007", "REQ011")
    fix = (
        "Read ETag from each UploadPart answer and list it with its part number.",
        (
            "In a web page, add ETag to Exposed Headers of the bucket's CORS rule (OSS console, bucket, Content "
            "Security, CORS); a script reads null without it."
        ),
        "If the answers in the capture lack ETag, let the CDN or proxy pass it on, or upload to the bucket directly.",
        ABORT,
    )
    sources = ("OSS FAQ, Python SDK (A): expose the ETag", "OSS API reference, CompleteMultipartUpload")

    def told(self, dissection: Dissection, fault: ClaimFault) -> str:  # noqa: ARG002 - the base's signature
        """Show what is listed."""
        sent = shortened(fault.entry.etag_text, 40)
        number = shortened(fault.entry.number_text, 20)
        return f"part {number} is listed with {f'the ETag {sent}' if sent else 'an empty ETag'}"

    def expected(self, fault: ClaimFault) -> str:
        """The ETag that OSS stated, if that was captured."""
        return "the ETag that OSS gave the part" if fault.stated is None else fault.stated.value
