"""STS010 policy-grammar: the policy given to AssumeRole is not valid."""

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule


class PolicyGrammar(RefusalRule):
    """The policy given to AssumeRole is not valid.

    ## What it finds
    AssumeRole refused with InvalidParameter.PolicyGrammar.

    ## Why it matters
    The parameter Policy narrows a session down; it has to be a policy as RAM knows it, in JSON.

    ## How it decides
    The token service states the code. Its answers can be read only where they went over plain HTTP, or with the
    TLS keys.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "STS010"
    name = "policy-grammar"
    answers = Cause.POLICY_GRAMMAR
    on_roles = (Role.STS,)
    fix = (
        "Leave `Policy` out: the session then may do what the role may.",
        (
            "If it is needed, write it in the policy editor of the RAM console, keep it under 2048 "
            "characters, and percent-encode it once."
        ),
    )
    sources = (
        "OSS user guide 2022 in Chinese (E), section 6: STS",
        "STS API reference, AssumeRole",
    )

    def told(self, _exchange: Exchange, _denial: Denial) -> str:
        """Say what is wrong."""
        return "the Policy given to AssumeRole does not pass the grammar check"
