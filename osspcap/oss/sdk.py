"""Which client sent a request, by its User-Agent, and what is known of that client's defaults.

Browsers hide the User-Agent; the browser build of ali-oss sends its own string as `x-oss-user-agent`.
Version numbers age, prefixes do not: match on the prefix.

Source: source code of the SDKs named in each row; OSS documentation, "Guide to upgrading V1 to V4", for the first
releases with V4.
"""

import re
from functools import lru_cache
from typing import Final

from osspcap.model.pattern import pattern
from osspcap.model.record import record

# Characters of a User-Agent looked at; the longest an SDK writes is under 200.
MAX_AGENT_CHARS: Final = 512
# Distinct User-Agents remembered.
CACHED_AGENTS: Final = 1024


@record
class SdkFamily:
    """What is known of one client program."""

    name: str
    """As people call it: `OSS SDK for Python (oss2)`."""
    prefix: str
    """Start of its product token in the User-Agent, lower case."""
    language: str
    connect_timeout_s: float | None
    """Default; None if unknown or none."""
    read_timeout_s: float | None
    """Default; None if unknown or none."""
    attempts: int | None
    """Requests sent at most for one call, the first included; None if unknown."""
    default_signature: str
    """`V1` or `V4`; empty if unknown."""
    v4_since: str
    """First release that can sign with V4; empty if all can, `never` if none can."""
    v4_setting: str
    """How V4 is switched on; empty if it is the default."""


@record
class SdkUse:
    """One client as it announced itself."""

    family: SdkFamily
    version: str
    """As announced, without a leading `v`: `2.19.1`; empty if it announced none."""
    label: str
    """Product token on the wire: `aliyun-sdk-python/2.19.1`."""

    @property
    def can_sign_v4(self) -> bool | None:
        """True if this release can sign with V4, False if an upgrade is needed, None if the version does not tell."""
        if not self.family.v4_since:
            return True
        if self.family.v4_since == "never":
            return False
        mine, first = _numbers(self.version), _numbers(self.family.v4_since)
        return mine >= first if mine else None


# One row for each client, the longer prefix first where one starts with another.
FAMILIES: Final[tuple[SdkFamily, ...]] = (
    SdkFamily(
        "ossutil 1", "ossutil-v1", "Go", 30, 60, 10, "V1", "1.7.12", "add `--sign-version v4 --region <region ID>`"
    ),
    SdkFamily("ossutil 2", "ossutil/", "Go", 5, 10, None, "V4", "", ""),
    SdkFamily("ossfs 1", "ossfs/", "C++", 300, 120, 5, "V1", "1.91.4", "mount with `-o sigv4 -o region=<region ID>`"),
    SdkFamily("ossfs 2", "ossfs2", "C++", None, None, None, "V4", "", ""),
    SdkFamily("ossbrowser 1", "ossbrowser", "JavaScript", None, None, None, "V1", "2.0.0", "change to ossbrowser 2"),
    SdkFamily(
        "OSS SDK for Python (oss2)",
        "aliyun-sdk-python",
        "Python",
        60,
        60,
        1,
        "V1",
        "2.18.4",
        "use `oss2.ProviderAuthV4` (or `oss2.AuthV4`) and pass `region=` to `oss2.Bucket`",
    ),
    SdkFamily("OSS SDK for Python V2", "alibabacloud-python-sdk-v2", "Python", 10, 20, 3, "V4", "", ""),
    SdkFamily(
        "OSS SDK for Go V1",
        "aliyun-sdk-go",
        "Go",
        30,
        60,
        1,
        "V1",
        "3.0.2",
        "pass `oss.AuthVersion(oss.AuthV4)` and `oss.Region(...)` to `oss.New`",
    ),
    SdkFamily("OSS SDK for Go V2", "alibabacloud-go-sdk-v2", "Go", 5, 10, 3, "V4", "", ""),
    SdkFamily(
        "OSS SDK for Java V1",
        "aliyun-sdk-java",
        "Java",
        50,
        50,
        4,
        "V1",
        "3.17.4",
        "set `ClientBuilderConfiguration.setSignatureVersion(SignVersion.V4)` and the builder's `region(...)`",
    ),
    SdkFamily("OSS SDK for Java V2", "alibabacloud-java-sdk-v2", "Java", 5, 20, 3, "V4", "", ""),
    SdkFamily(
        "ali-oss for Node.js",
        "aliyun-sdk-nodejs",
        "JavaScript",
        60,
        60,
        1,
        "V1",
        "6.20.0",
        "create the client with `authorizationV4: true` and `region`",
    ),
    SdkFamily(
        "ali-oss for browsers",
        "aliyun-sdk-js",
        "JavaScript",
        60,
        60,
        1,
        "V1",
        "6.20.0",
        "create the client with `authorizationV4: true` and `region`",
    ),
    SdkFamily(
        "OSS SDK for C",
        "aliyun-sdk-c/",
        "C",
        10,
        None,
        1,
        "V1",
        "3.11.0",
        "set `config->signature_version = 4` and `config->region`",
    ),
    SdkFamily(
        "OSS SDK for C++",
        "aliyun-sdk-cpp",
        "C++",
        5,
        10,
        4,
        "V1",
        "1.10.0",
        "set `ClientConfiguration::signatureVersion = SignatureVersionType::V4` and call `SetRegion`",
    ),
    SdkFamily(
        "OSS SDK for PHP V1",
        "aliyun-sdk-php",
        "PHP",
        10,
        5_184_000,
        4,
        "V1",
        "2.7.0",
        "pass `signatureVersion => OssClient::OSS_SIGNATURE_VERSION_V4` and `region` to `OssClient`",
    ),
    SdkFamily("OSS SDK for PHP V2", "alibabacloud-php-sdk-v2", "PHP", 10, 20, 3, "V4", "", ""),
    SdkFamily(
        "OSS SDK for .NET V1",
        "aliyun-sdk-dotnet",
        "C#",
        100,
        100,
        4,
        "V1",
        "2.14.0",
        "set `ClientConfiguration.SignatureVersion = SignatureVersion.V4` and call `SetRegion`",
    ),
    SdkFamily("OSS SDK for .NET V2", "alibabacloud-dotnet-sdk-v2", "C#", 10, 20, 3, "V4", "", ""),
    SdkFamily(
        "OSS SDK for Android",
        "aliyun-sdk-android",
        "Java",
        60,
        60,
        3,
        "V1",
        "2.3",
        "call `ClientConfiguration.setSignVersion(SignVersion.V4)` and `OSSClient.setRegion`",
    ),
    SdkFamily(
        "OSS SDK for iOS",
        "aliyun-sdk-ios",
        "Objective-C",
        15,
        15,
        4,
        "V1",
        "2.11.1",
        "set `OSSClientConfiguration.signVersion = OSSSignVersionV4` and the client's `region`",
    ),
    SdkFamily(
        "OSS SDK for macOS",
        "aliyun-sdk-mac",
        "Objective-C",
        15,
        15,
        4,
        "V1",
        "2.11.1",
        "set `OSSClientConfiguration.signVersion = OSSSignVersionV4` and the client's `region`",
    ),
    SdkFamily("OSS SDK for Ruby", "aliyun-sdk-ruby", "Ruby", 10, 120, 1, "V1", "never", "change to another client"),
    SdkFamily("HTTP layer of ossfs", "aliyun-sdk-http", "C++", 300, 120, None, "V1", "", ""),
)

_TOKEN_END = pattern(r"[\s(/;,]")
_VERSION = pattern(r"\Av?(\d[0-9A-Za-z.+-]*)")
# Tools that ride on an SDK add their own token behind its string: `aliyun-sdk-go/v3.0.2 (...)/ossutil-v1.7.19`.
_TOOL = pattern(r"(?:\A|[/\s)])(ossutil-v1|ossutil/|ossfs/|ossfs2|ossbrowser)", re.IGNORECASE)


def sdk_label(raw_agent: bytes) -> str | None:
    """Return the product token of a raw User-Agent if it is one of OSS's clients, else None."""
    return _label(raw_agent[:MAX_AGENT_CHARS])


def identify_sdk(user_agent: str, oss_user_agent: str = "") -> SdkUse | None:
    """Return the client that a User-Agent names; None if it is no client of OSS's known to us.

    Args:
        user_agent: The `User-Agent` value.
        oss_user_agent: The `x-oss-user-agent` value, which wins: browsers forbid changing the other.
    """
    found = _identify(oss_user_agent[:MAX_AGENT_CHARS]) if oss_user_agent else None
    return found or _identify(user_agent[:MAX_AGENT_CHARS])


@lru_cache(CACHED_AGENTS)
def _label(raw_agent: bytes) -> str | None:
    found = _identify(raw_agent.decode("latin-1").strip())
    return None if found is None else found.label


@lru_cache(CACHED_AGENTS)
def _identify(agent: str) -> SdkUse | None:
    tool = _TOOL.search(agent)
    token = agent[tool.start(1) :] if tool else agent.strip()
    lowered = token.lower()
    for family in FAMILIES:
        if lowered.startswith(family.prefix):
            return _use(family, token)
    return None


def _use(family: SdkFamily, token: str) -> SdkUse:
    if family.prefix == "ossutil-v1":
        rest = token[len("ossutil-") :]
    else:
        rest = token[len(family.prefix.rstrip("/")) :].lstrip("/-")
    version = _VERSION.match(rest)
    if version is None:
        return SdkUse(family, "", _TOKEN_END.split(token, maxsplit=1)[0])
    end = len(token) - len(rest) + version.end()
    return SdkUse(family, version[1], token[:end])


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, for comparing: `2.18.4-beta` is (2, 18, 4)."""
    found = re.match(r"\d{1,6}(?:\.\d{1,6}){0,5}", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()
