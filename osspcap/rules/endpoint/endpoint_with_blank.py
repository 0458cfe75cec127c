"""END004 endpoint-with-blank: the endpoint or bucket setting holds a blank that ended up in the host."""

from osspcap.oss.host_fault import HostFaultKind
from osspcap.rules.endpoint._host import HostFaultRule


class EndpointWithBlank(HostFaultRule):
    """The endpoint or bucket setting holds a blank that ended up in the host.

    ## What it finds
    Refused requests whose Host holds a blank, a tab, or an encoded one.

    ## Why it matters
    No host name has a blank. It comes along when settings are copied, and is hard to see there.

    ## How it decides
    The Host header holds a blank inside; blanks around it are allowed and not counted.

    ## False alarms
    None known: no such Host can be right.
    """

    code = "END004"
    name = "endpoint-with-blank"
    supersedes = ("END006", "END009", "REQ002", "SIG100", "SIG109", "PRX108", "PRX201")
    finds = (HostFaultKind.BLANK,)
    told = "holds a blank"
    fix = (
        "Set the endpoint to the endpoint alone, for example `https://oss-cn-hangzhou.aliyuncs.com`.",
        (
            "Take out the blanks in front of, inside and behind endpoint and bucket; have the program strip "
            "its settings."
        ),
    )
