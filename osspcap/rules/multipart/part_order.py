"""MPU005 part-order: a completion does not list its parts by ascending number."""

from osspcap.model.multipart import ClaimFault, Completion, FaultKind
from osspcap.model.report import Dissection
from osspcap.rules.multipart._uploads import ABORT, CompletionRule
from osspcap.rules.wording import shortened


class PartOrder(CompletionRule):
    """A completion does not list its parts by ascending number.

    ## What it finds
    CompleteMultipartUpload requests refused with InvalidPartOrder whose list does not ascend, or names a part twice.

    ## Why it matters
    OSS joins the parts in the order of their numbers and wants them listed so. Programs that upload in parallel collect
    the parts in the order in which they finish and forget to sort them; numbers sorted as text (1, 10, 2) fail as well.

    ## How it decides
    OSS states InvalidPartOrder; the first number that is not above the one before it is shown.

    ## False alarms
    None; OSS itself says so.
    """

    code = "MPU005"
    name = "part-order"
    kind = FaultKind.ORDER
    codes = frozenset({"InvalidPartOrder"})
    fix = (
        "Sort the parts by number, as numbers and not as text, and list each once, before the upload is completed.",
        "The upload ID stays valid: complete it again with the sorted list.",
        ABORT,
    )
    sources = ("OSS error catalogue: InvalidPartOrder", "OSS API reference, CompleteMultipartUpload")

    def told(self, dissection: Dissection, fault: ClaimFault) -> str:  # noqa: ARG002 - the base's signature
        """Show the first step down."""
        before = "" if fault.previous is None else shortened(fault.previous.number_text, 20)
        if fault.previous is not None and fault.previous.number == fault.entry.number:
            return f"part {fault.entry.number} is listed twice in a row"
        return f"part {fault.entry.number} is listed behind part {before}"

    def expected(self, fault: ClaimFault) -> str:
        """A number above the one before."""
        return "" if fault.previous is None else f"above {fault.previous.number_text}"

    def open_question(self, completion: Completion, code: str) -> str:  # noqa: ARG002 - the base's signature
        """An InvalidPartOrder whose list does not show it."""
        if completion.fault_counts.get(FaultKind.NUMBER):
            return ""
        return "OSS objects to the order of the parts, but the list was not captured whole or ascends as captured"
