"""PRM011 user-disabled: the account, or the bucket, is barred: arrears or security."""

from osspcap.model.exchange import Exchange
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule


class UserDisabled(RefusalRule):
    """The account, or the bucket, is barred: arrears or security.

    ## What it finds
    Requests refused with UserDisable, BucketDisable or AbnormalBucketOwnerStatus.

    ## Why it matters
    Nothing in the program is wrong and no permission helps. OSS stops serving 24 hours after an account falls
    into arrears, and deletes its data after 15 days.

    ## How it decides
    OSS states one of these codes, or an EC that says the same. Which of the two reasons holds is not on the
    wire.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "PRM011"
    name = "user-disabled"
    answers = Cause.USER_DISABLED
    fix = (
        "Open Expenses and Costs in the console of the bucket owner's account and settle what is due.",
        (
            "Open the Message Center > Security Messages and follow what is asked there; a new account does "
            "not lift a ban."
        ),
        "Send the request ID to Alibaba Cloud support if both show nothing.",
    )
    sources = (
        "OSS error catalogue: UserDisable, BucketDisable",
        "OSS user guides (D) section 6, (E) section 8: UserDisable",
    )

    def told(self, exchange: Exchange, _denial: Denial) -> str:
        """Say what is wrong."""
        error = None if exchange.operation is None else exchange.operation.error
        what = "bucket" if error is not None and error.code.value == "BucketDisable" else "account"
        return f"the {what} is barred from OSS, for arrears or for security reasons"
