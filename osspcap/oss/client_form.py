"""Whether a request's head still has the form in which the client it names writes its heads.

A proxy that hides itself adds no Via, but it writes the head anew: it drops Connection, which is for one hop only
(RFC 9110 section 7.6.1), and puts fields in its own order (nginx: Host and Content-Length first). Clients whose form
is known for certain show this; nothing is said of others. None of it is signed.

    oss2, OSS SDK for Python V2   the library requests: always Connection, User-Agent before Content-Length
    ali-oss for Node.js           Node's http: always Connection, Host at the end
    curl                          Host, User-Agent, then the rest

Source: heads that these clients were seen to write; CPython before 3.6 wrote fields in any order and is left out.
"""

from osspcap.model.message import Fields, Message
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen

_PYTHON = pattern(r"(?:aliyun-sdk-python|alibabacloud-python-sdk-v2)/[^(]*\([^)]*;\s*3\.(\d+)")
_FIRST_ORDERED_PYTHON = 6
_NODE = "aliyun-sdk-nodejs/"
_CURL = "curl/"


def reshaped_fields(message: Message) -> tuple[tuple[Seen[str], str], ...]:
    """Return what a device must have written, each with the form that the client gives it; empty if nothing shows."""
    fields = message.fields()
    agent = fields.first("User-Agent")
    if agent is None or message.version not in ("HTTP/1.1", "HTTP/1.0"):
        return ()
    text = agent.value
    python = _PYTHON.match(text)
    is_python = python is not None and int(python[1]) >= _FIRST_ORDERED_PYTHON
    is_node, is_curl = text.startswith(_NODE), text.startswith(_CURL)
    if not (is_python or is_node or is_curl):
        return ()
    found: list[tuple[Seen[str], str]] = []
    if message.version == "HTTP/1.0" and not is_curl:
        found.append((message.seen_start_line(), "HTTP/1.1, which this client always speaks"))
    if not is_curl and "Connection" not in fields:
        found.append((message.seen(agent), "a Connection field beside it, which this client always sends"))
    length = fields.first("Content-Length")
    if length is not None and not is_node and _position(fields, "content-length") < _position(fields, "user-agent"):
        found.append((message.seen(length), "Content-Length behind User-Agent, as this client writes it"))
    host = fields.first("Host")
    if is_node and host is not None and _position(fields, "host") == 0 and len(fields) > 1:
        found.append((message.seen(host), "Host near the end of the head, as this client writes it"))
    return tuple(found)


def _position(fields: Fields, name: str) -> int:
    wanted = name.encode()
    return next(index for index, line in enumerate(fields) if line.raw_name.lower() == wanted)
