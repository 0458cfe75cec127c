import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.sdk import FAMILIES, identify_sdk, sdk_label


@pytest.mark.parametrize(
    ("agent", "name", "version", "label"),
    [
        (
            "aliyun-sdk-python/2.19.1(Linux/5.4/x86_64;3.11.2)/app",
            "OSS SDK for Python (oss2)",
            "2.19.1",
            "aliyun-sdk-python/2.19.1",
        ),
        (
            "alibabacloud-python-sdk-v2/1.4.1 (Linux/5/x86_64;3.11)",
            "OSS SDK for Python V2",
            "1.4.1",
            "alibabacloud-python-sdk-v2/1.4.1",
        ),
        ("aliyun-sdk-go/v3.0.2 (Linux/5/x86_64;go1.21)", "OSS SDK for Go V1", "3.0.2", "aliyun-sdk-go/v3.0.2"),
        ("aliyun-sdk-go/v3.0.2 (Linux/5/x86_64;go1.21)/ossutil-v1.7.19", "ossutil 1", "1.7.19", "ossutil-v1.7.19"),
        (
            "aliyun-sdk-nodejs/6.23.0 Node.js 18.1 on linux x64",
            "ali-oss for Node.js",
            "6.23.0",
            "aliyun-sdk-nodejs/6.23.0",
        ),
        ("aliyun-sdk-c/3.11.2(Compatible Unknown)", "OSS SDK for C", "3.11.2", "aliyun-sdk-c/3.11.2"),
        ("aliyun-sdk-cpp/1.10.0 (Linux)", "OSS SDK for C++", "1.10.0", "aliyun-sdk-cpp/1.10.0"),
        ("aliyun-sdk-http/1.0()/ossfs/1.91.1 (commit hash x)", "ossfs 1", "1.91.1", "ossfs/1.91.1"),
        ("ossfs2-2.0.1", "ossfs 2", "2.0.1", "ossfs2-2.0.1"),
        ("aliyun-sdk-java", "OSS SDK for Java V1", "", "aliyun-sdk-java"),
    ],
)
def test_clients_are_told_by_their_user_agent(agent: str, name: str, version: str, label: str) -> None:
    found = identify_sdk(agent)
    assert found is not None
    assert (found.family.name, found.version, found.label) == (name, version, label)
    assert sdk_label(b" " + agent.encode()) == label


def test_the_browser_build_names_itself_in_a_header_of_its_own() -> None:
    found = identify_sdk("Mozilla/5.0 (X11)", "aliyun-sdk-js/6.23.0 Chrome 120.0 on OS X")
    assert found is not None
    assert found.label == "aliyun-sdk-js/6.23.0"


def test_other_clients_are_no_sdks() -> None:
    for agent in ("", "curl/8.5.0", "Mozilla/5.0", "http-client/0.0.1", "aliyun-oss-callback"):
        assert identify_sdk(agent) is None


@pytest.mark.parametrize(
    ("agent", "able"),
    [
        ("aliyun-sdk-python/2.18.3", False),
        ("aliyun-sdk-python/2.18.4", True),
        ("aliyun-sdk-python/2.19.0-rc1", True),
        ("aliyun-sdk-nodejs/6.9.0", False),
        ("aliyun-sdk-ruby/0.8.0 ruby-3.0", False),
        ("alibabacloud-go-sdk-v2/1.0.0", True),
        ("aliyun-sdk-java", None),
    ],
)
def test_the_version_tells_whether_v4_needs_an_upgrade(agent: str, *, able: bool | None) -> None:
    found = identify_sdk(agent)
    assert found is not None
    assert found.can_sign_v4 is able


def test_each_row_is_found_by_its_own_prefix() -> None:
    for family in FAMILIES:
        separator = "" if family.prefix.endswith(("/", "v1")) else "/"
        found = identify_sdk(f"{family.prefix}{separator}9.9.9 (x)")
        assert found is not None
        assert found.family is family
        assert bool(family.v4_setting) == (family.default_signature == "V1" and bool(family.v4_since))


@given(st.text(), st.text())
def test_no_user_agent_raises(agent: str, own: str) -> None:
    identify_sdk(agent, own)
    identify_sdk("aliyun-sdk-python/" + agent)
    sdk_label(agent.encode("utf-8", "replace"))
