"""MPU002 part-etag-mismatch: a completion lists another ETag for a part than OSS had answered."""

from osspcap.model.multipart import ClaimFault, Completion, FaultKind
from osspcap.model.report import Dissection
from osspcap.rules.multipart._uploads import ABORT, CompletionRule
from osspcap.rules.wording import shortened

MAX_ETAG_CHARS = 60


class PartEtagMismatch(CompletionRule):
    """A completion lists another ETag for a part than OSS had answered.

    ## What it finds
    CompleteMultipartUpload requests refused with InvalidPart that list, for a part uploaded in this capture, an ETag
    other than the one in OSS's answer.

    ## Why it matters
    The client proves with the ETags which parts it means. If a part was uploaded again meanwhile, if the program mixes
    up its parts, or if a device on the way changed the answers, OSS refuses the whole object.

    ## How it decides
    ETags are compared without quotes and case. The last successful UploadPart of a number counts, since it replaces
    earlier ones; where the upload was not captured, ListParts counts. An ETag that belongs to an earlier try or to
    another part is named as such.

    ## False alarms
    None known: both values are in the capture, and OSS refused the list.
    """

    code = "MPU002"
    name = "part-etag-mismatch"
    kind = FaultKind.ETAG_DIFFERS
    codes = frozenset({"InvalidPart"})
    fix = (
        (
            "Keep the ETag of each UploadPart answer together with its part number, take the newest one after a retry, "
            "and list it as it was answered."
        ),
        "Let only one program or thread write to an upload ID, and delete checkpoint files of earlier runs.",
        "If a proxy or CDN changes ETag, upload to the bucket's own endpoint over HTTPS.",
        "ListParts shows which parts and ETags OSS has; upload the part anew or list that ETag, and complete again.",
        ABORT,
    )
    sources = (
        "OSS error catalogue: InvalidPart",
        "OSS API reference, CompleteMultipartUpload",
        "OSS FAQ, Python SDK (A)",
    )

    def told(self, dissection: Dissection, fault: ClaimFault) -> str:
        """Show both values."""
        sent = shortened(fault.entry.etag, MAX_ETAG_CHARS)
        stated = "" if fault.stated is None else shortened(fault.stated.value.strip('"'), MAX_ETAG_CHARS)
        part = None if fault.part is None else dissection.exchanges[fault.part]
        answer = "UploadPart" if part is None or part.operation is None else part.operation.name
        return f"part {fault.entry.number} is listed with ETag {sent}, but {answer} answered {stated}"

    def why(self, dissection: Dissection, fault: ClaimFault) -> str:
        """Say where the listed ETag comes from, if that was captured."""
        if fault.earlier is not None:
            request = dissection.exchanges[fault.earlier].request
            frame = 0 if request is None else request.frame
            return (
                f"The listed ETag is that of an earlier try of this part (frame {frame}). The part was uploaded again "
                "afterwards, with other content, which replaced it."
            )
        if fault.number_of_etag is not None:
            return (
                f"The listed ETag is the one that OSS gave part {fault.number_of_etag}: the program mixes up its parts."
            )
        return ""

    def expected(self, fault: ClaimFault) -> str:
        """The ETag that OSS stated."""
        return "" if fault.stated is None else fault.stated.value

    def open_question(self, completion: Completion, code: str) -> str:  # noqa: ARG002 - the base's signature
        """An InvalidPart that nothing in the list explains."""
        if completion.fault_counts:
            return ""
        if not completion.is_whole:
            return "the list of parts was not captured whole"
        return "all parts are listed as OSS had answered in this capture: what it objects to happened elsewhere"
