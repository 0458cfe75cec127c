import pytest

from osspcap.model.tls import ClientLibrary
from osspcap.rules.tls._keylogs import recording_steps


@pytest.mark.parametrize(
    ("library", "words"),
    [
        (ClientLibrary.OPENSSL, "SSLKEYLOGFILE=keys.log"),
        (ClientLibrary.CHROMIUM, "--ssl-key-log-file"),
        (ClientLibrary.FIREFOX, "SSLKEYLOGFILE=keys.log"),
        (ClientLibrary.JAVA, "-javaagent"),
        (ClientLibrary.GO, "KeyLogWriter"),
        (ClientLibrary.UNKNOWN, "README"),
    ],
)
def test_the_first_step_is_for_the_client_seen(library: ClientLibrary, words: str) -> None:
    steps = recording_steps([library])
    assert words in steps[0]
    assert "--keylog" in steps[1]


def test_each_client_is_named_once() -> None:
    steps = recording_steps([ClientLibrary.JAVA, ClientLibrary.OPENSSL, ClientLibrary.JAVA])
    assert [("javaagent" in step, "OpenSSL" in step) for step in steps[:2]] == [(True, False), (False, True)]
    assert len(steps) == 4
