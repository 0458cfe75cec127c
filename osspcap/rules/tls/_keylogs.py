"""How to record a key log, for the client that was seen."""

from collections.abc import Iterable

from osspcap.model.tls import ClientLibrary

_BY_LIBRARY = {
    ClientLibrary.OPENSSL: (
        "The client uses OpenSSL, as Python, Node.js and curl do. Python (oss2, alibabacloud-oss-v2) and curl: start "
        "the program with the environment variable SSLKEYLOGFILE=keys.log. Node.js: start it with "
        "`node --tls-keylog=keys.log`."
    ),
    ClientLibrary.CHROMIUM: (
        "The client is Chrome or a relative of it: close all its windows and start it with "
        "`--ssl-key-log-file=keys.log`, or with the environment variable SSLKEYLOGFILE."
    ),
    ClientLibrary.FIREFOX: "The client is Firefox: start it with the environment variable SSLKEYLOGFILE=keys.log.",
    ClientLibrary.JAVA: (
        "The client is a Java program, which records a key log with an agent only: "
        "`java -javaagent:extract-tls-secrets-4.0.0.jar=keys.log ...`."
    ),
    ClientLibrary.GO: (
        "The client is a Go program: set KeyLogWriter in the tls.Config of its HTTP client; for a finished program "
        "such as ossutil, eCapture reads the keys from outside on Linux."
    ),
}
_GENERAL = (
    "Record a key log at the client: programs that use OpenSSL, BoringSSL or NSS write it to the file that the "
    "environment variable SSLKEYLOGFILE names. README says how each SDK does it."
)


def recording_steps(libraries: Iterable[ClientLibrary]) -> tuple[str, ...]:
    """Return the steps to a capture that can be read, those for the clients seen first."""
    found = dict.fromkeys(_BY_LIBRARY.get(library, _GENERAL) for library in libraries)
    return (
        *(found or {_GENERAL: None}),
        (
            "Capture again while the program runs with the key log, repeat the failing request, and run "
            "`osspcap analyze CAPTURE --keylog keys.log`."
        ),
        (
            "If the client cannot record keys, repeat the request with curl or an SDK that can, or over HTTP to a "
            "test bucket; delete the key log afterwards, for it opens the capture."
        ),
    )
