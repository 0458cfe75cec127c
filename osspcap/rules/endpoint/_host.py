"""What the rules about a Host that a wrong endpoint setting made have in common."""

from collections.abc import Iterator
from typing import ClassVar

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.operation import Role
from osspcap.oss.host_fault import HostFault, HostFaultKind
from osspcap.rules.base import ExchangeRule
from osspcap.rules.refusing import answer_name
from osspcap.rules.wording import shortened

MAX_HOST_CHARS = 120
"""Characters of a host inside a sentence."""


class HostFaultRule(ExchangeRule):
    """Base of the rules that read `HostFault`."""

    finds: ClassVar[tuple[HostFaultKind, ...]]
    """Kinds of faults this rule is about."""
    told: ClassVar[str]
    """What is wrong, behind "the Host ..."."""
    severity = Severity.ERROR
    on_roles = (Role.OSS,)
    on_facts = (HostFault,)
    sources = ("OSS user guides (D) section 6, (E) section 8: SignatureDoesNotMatch, check the endpoint",)

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for a host with this fault; requests to one host become one."""
        fault = exchange.facts.get(HostFault)
        if fault is None or fault.kind not in self.finds:
            return
        wanted = f", where {fault.wanted} was meant" if fault.wanted else ""
        fix = self.fix
        if fault.endpoint:
            fix = (f"Set the endpoint to `https://{fault.endpoint}`, and nothing else.", *fix[1:])
        host = shortened(fault.host.value, MAX_HOST_CHARS)
        yield self.finding(
            f"the Host {host} {self.told}{wanted}: {answer_name(exchange)}",
            self.evidence(exchange, fault.host, fault.wanted),
            *self.error_evidence(exchange),
            exchanges=(exchange,),
            confidence=Confidence.LIKELY if fault.kind is HostFaultKind.TWO_BUCKETS else Confidence.CONFIRMED,
            fix=fix,
            cause=fault.host.value,
        )
