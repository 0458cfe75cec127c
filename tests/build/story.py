"""Small whole captures for tests that run the program: one healthy, one refused."""

from pathlib import Path

from tests.build.http import oss_error, request, response
from tests.build.wire import Capture

SIGNATURE = "dGhpc0lzQVNpZ25hdHVyZTEyMzQ="
AUTHORIZATION = f"OSS LTAI5tLabUserMain00001a:{SIGNATURE}"


def healthy(path: Path) -> Path:
    """A download that went well."""
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request("GET", "/ok.txt", Authorization=AUTHORIZATION))
    tcp.server(response(body=b"content", Content_Type="text/plain"))
    tcp.close()
    return capture.write(path)


def refused(path: Path) -> Path:
    """An upload to a bucket that does not exist, then a download that goes well."""
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request("PUT", "/a.txt", body=b"hello", Authorization=AUTHORIZATION))
    body = oss_error("NoSuchBucket", "The specified bucket does not exist.", BucketName="rokid")
    tcp.server(response(404, "Not Found", body=body, Content_Type="application/xml"))
    tcp.client(request("GET", "/ok.txt", Authorization=AUTHORIZATION))
    tcp.server(response(body=b"content"))
    tcp.close()
    return capture.write(path)
