"""A conversation in which every string tries to be markup, a script, a link, an escape or a trick with directions."""

from tests.build.http import oss_error, request, response
from tests.build.wire import Capture

SCRIPT = "<script>document.title='taken'</script>"
IMAGE = "<img src=x onerror=\"document.title='taken'\">"
CLOSING = "</script></textarea></title><!-- ]]> --><svg onload=alert(1)>"
LINK = "javascript:document.title='taken'"
BIDI = "\u202egnp.exe\u202c\u2066x\u2069\u200b\u00ad"
ESCAPES = "\x1b[2J\x1b]0;taken\x07\x1b[31mred\x9b"
TEMPLATE = "{{ 7*7 }}{% for x in y %}${alert(1)}`"
ATTRIBUTE = '"\' onmouseover=\'document.title="taken"\' x="'
ALL = (SCRIPT, IMAGE, CLOSING, LINK, BIDI, ESCAPES, TEMPLATE, ATTRIBUTE)


def hostile_capture() -> Capture:
    """Failed and healthy exchanges with these strings in targets, headers, bodies and error documents."""
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    for number, text in enumerate(ALL):
        raw = text.encode("utf-8", "surrogatepass").decode("latin-1")
        header = raw.replace("\n", " ")
        target = "/" + "".join(f"%{byte:02X}" if byte < 0x21 or byte > 0x7E else chr(byte) for byte in text.encode())
        tcp.client(
            request(
                "PUT",
                target,
                body=text.encode(),
                Authorization=f"OSS LTAI5tLabUserMain00001a:{number}GhpczBBU2lnbmF0dXJlMTIzNA==",
                X_Oss_Meta_Text=header,
                User_Agent=header,
                Referer=LINK,
            )
        )
        body = oss_error(f"Code{number}", _escaped(text), BucketName=_escaped(text), Odd=_escaped(text))
        tcp.server(response(400, "Bad", body=body, Content_Type="text/html", X_Text=header))
    tcp.client(request("GET", "/raw"))
    tcp.server(response(500, "Bad", body="".join(ALL).encode(), Content_Type="text/html"))
    tcp.close()
    return capture


def _escaped(text: str) -> str:
    """As XML text; what XML cannot hold is left out."""
    kept = "".join(character for character in text if character in "\t\n" or character >= " ")
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
