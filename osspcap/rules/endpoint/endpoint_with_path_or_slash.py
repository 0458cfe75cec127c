"""END003 endpoint-with-path-or-slash: the endpoint setting holds a scheme, path or slash that ended up in the host."""

from osspcap.oss.host_fault import HostFaultKind
from osspcap.rules.endpoint._host import HostFaultRule


class EndpointWithPathOrSlash(HostFaultRule):
    """The endpoint setting holds a scheme, path or slash that ended up in the host.

    ## What it finds
    Refused requests whose Host holds a slash.

    ## Why it matters
    A Host is a name and a port. With anything else in it a server cannot tell whom it is for, and refuses the
    request or compares another signature.

    ## How it decides
    The Host header holds a slash, plain or percent-encoded.

    ## False alarms
    None known: no such Host can be right.
    """

    code = "END003"
    name = "endpoint-with-path-or-slash"
    supersedes = ("END006", "END009", "REQ002", "SIG100", "SIG109", "PRX108", "PRX201")
    finds = (HostFaultKind.SLASH,)
    told = "holds a slash"
    fix = (
        "Set the endpoint to the endpoint alone, for example `https://oss-cn-hangzhou.aliyuncs.com`.",
        "Leave out the slash at its end, any path, and a second `http://`.",
    )
