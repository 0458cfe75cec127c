"""A capture with a different secret in each place that can hold one."""

import base64
import random
import string
from pathlib import Path
from urllib.parse import quote

from tests.build.analyzed import opened
from tests.build.http import BUCKET_HOST, REQUEST_ID, oss_error
from tests.build.http import message as raw_message
from tests.build.wire import Capture

KEY_ID = "LTAI5tLabUserMain00001a"
_SCOPE = f"{KEY_ID}/20260101/cn-hangzhou/oss/aliyun_v4_request"
_LETTERS = string.ascii_letters + string.digits


class Placed:
    """The secrets by place, and the capture that holds them."""

    def __init__(self, path: Path) -> None:
        self._random = random.Random(7)
        self.secrets: dict[str, str] = {}
        self._capture = Capture()
        self._port = 40_000
        self._requests()
        self._answers()
        self.path = self._capture.write(path)

    def _new(self, place: str, size: int = 20, kind: str = "base64") -> str:
        raw = self._random.randbytes(size)
        made = {
            "base64": base64.b64encode(raw).decode(),
            "hex": raw.hex(),
            "letters": "".join(_LETTERS[byte % len(_LETTERS)] for byte in raw),
        }
        self.secrets[place] = made[kind]
        return made[kind]

    def _url(self, place: str, size: int = 20) -> str:
        return quote(self._new(place, size), safe="")

    def _exchange(
        self,
        target: str,
        *fields: tuple[str, str],
        body: bytes = b"",
        answer: bytes | None = None,
        status: str = "403 Forbidden",
        answer_fields: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._port += 1
        tcp = opened(self._capture, cport=self._port)
        method = "POST" if body else "GET"
        length = [("Content-Length", str(len(body)))] if body else []
        tcp.client(raw_message(f"{method} {target} HTTP/1.1", [("Host", BUCKET_HOST), *fields, *length], body))
        content = oss_error("AccessDenied", "Denied.") if answer is None else answer
        head = [("Server", "AliyunOSS"), ("x-oss-request-id", REQUEST_ID), *answer_fields]
        tcp.server(raw_message(f"HTTP/1.1 {status}", [*head, ("Content-Length", str(len(content)))], content))
        tcp.close()

    def _requests(self) -> None:
        new, url = self._new, self._url
        for value in (
            f"OSS {KEY_ID}:{new('V1')}",
            f"OSS {KEY_ID} : {new('V1 with blanks')}",
            f"AWS {KEY_ID}:{new('AWS')}",
            f"OSS4-HMAC-SHA256 Credential={_SCOPE},AdditionalHeaders=host,Signature={new('V4', 32, 'hex')}",
            f"Bearer {new('Bearer', 40, 'letters')}",
            f'Digest username="u", nonce="n", response="{new("Digest", 16, "hex")}"',
            new("a signature alone"),
        ):
            self._exchange("/a", ("Authorization", value))
        self._exchange("/a", ("Proxy-Authorization", f"Basic {new('proxy', 18)}"), ("X-Api-Key", new("API key", 30)))
        self._exchange("/a", ("X-Auth-Token", new("token", 30)), ("X-Csrf-Token", new("CSRF", 30, "letters")))
        v4 = f"x-oss-credential={quote(_SCOPE, safe='')}&x-oss-signature={new('V4 URL', 32, 'hex')}"
        self._exchange(f"/a?x-oss-expires=60&{v4}&x-oss-security-token={url('V4 token', 60)}")
        nested = quote(f"https://h/k?Signature={url('nested')}", safe="")
        v1 = f"OSSAccessKeyId={KEY_ID}&Expires=1&Signature={url('V1 URL')}&security-token={url('V1 token', 60)}"
        self._exchange(f"/a?{v1}", ("Referer", f"https://c.example.com/?next={nested}"))
        self._exchange(f"http://user:{new('user information', 16, 'letters')}@{BUCKET_HOST}/a")
        self._exchange(f"/a?%53ignature={url('encoded name')}&SIGNATURE={url('capitals')}")
        cookie = f'sid="{new("quoted cookie", 30, "letters")}"; {new("bare cookie", 30, "letters")}; a={new("cookie")}'
        self._exchange("/a", ("Cookie", cookie))
        parts = ("policy", "x-oss-signature", "x-oss-security-token", "callback", "Signature")
        form = "&".join(f"{name}={url(f'{name} in a form', 60)}" for name in parts)
        self._exchange("/", ("Content-Type", "application/x-www-form-urlencoded"), body=form.encode())
        fields = "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{new(f"{name} in a part", 60)}\r\n'
            for name in parts
        )
        self._exchange("/", ("Content-Type", "multipart/form-data; boundary=b"), body=f"{fields}--b--\r\n".encode())
        where = f"http://u:{new('callback password', 16, 'letters')}@h/cb"
        callback = f'{{"callbackUrl":"{where}","callbackBody":"token={new("callback token", 30, "letters")}"}}'
        self._exchange("/a", ("x-oss-callback", base64.b64encode(callback.encode()).decode()), body=b"x")

    def _answers(self) -> None:
        new, url = self._new, self._url
        token = new("token that OSS echoes", 60)
        string = f"GET\n\n\n1\nx-oss-security-token:{token}\n/rokid/a?security-token={token}"
        signed = ("Authorization", f"OSS {KEY_ID}:{new('echoed signature')}")
        document = oss_error(
            "SignatureDoesNotMatch",
            "It does not match.",
            SignatureProvided=self.secrets["echoed signature"],
            StringToSign=string,
            StringToSignBytes=string.encode().hex(" ").upper(),
            CanonicalRequest=f"GET\n/a\nx-oss-security-token={quote(token, safe='')}\nx-oss-security-token:{token}\n",
            CanonicalRequestBytes=string.encode().hex(" "),
        )
        self._exchange("/a", signed, answer=document)
        self._exchange("/a", signed, answer_fields=(("x-oss-err", base64.b64encode(document).decode()),))
        cookies = (
            ("Set-Cookie", f"SID={new('set cookie', 30, 'letters')}; Path=/"),
            ("Set-Cookie", f"T={new('second set cookie')}; HttpOnly"),
            ("Location", f"http://{BUCKET_HOST}/k?OSSAccessKeyId=x&Signature={url('Location')}"),
        )
        self._exchange("/a", answer_fields=cookies, answer=b"{}", status="302 Found")
        credentials = (
            f'{{"Credentials":{{"SecurityToken":"{new("token in a body", 60)}","AccessKeyId":"STS.NUabcdef123456789",'
            f'"AccessKeySecret":"{new("secret in a body", 30, "letters")}"}},"RequestId":"6894B13B"}}'
        )
        target = f"/?Action=AssumeRole&AccessKeyId={KEY_ID}&Signature={url('request for a token')}"
        self._exchange(target, answer=credentials.encode(), status="200 OK")
