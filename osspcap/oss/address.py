"""What a host name says about OSS: bucket, region, network. Names only, no lookups.

In goes the host of a request (with or without port, any case, trailing dot); out come bucket and endpoint, or None
where the name is no OSS endpoint. The suffix `aliyuncs.com` alone proves nothing: log, sts, ecs, mgw and hundreds of
other services live there. A customer's own domain (CNAME) and an IP address are not told from here; the answer tells
them.

Source: OSS documentation, "Regions and endpoints"; endpoint tables of the Python and Go SDKs (V2); `setRegion.js` of
ali-oss. O(length of the host); results are kept for the last `CACHED_HOSTS` names.
"""

from functools import lru_cache

from osspcap.model.operation import Addressing, Endpoint, Network
from osspcap.model.pattern import pattern
from osspcap.model.record import record

# Names longer than this are no DNS names (RFC 1035 section 2.3.4: 255 bytes) and are not looked at; a port fits in.
MAX_HOST_CHARS = 300
# Distinct hosts remembered; more than any real capture holds, and bounded for hostile ones.
CACHED_HOSTS = 4096

_SUFFIX = ".aliyuncs.com"
_REGION = pattern(r"(?:cn|ap|eu|us|me|na|sa|af|rg)-[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_IPV4 = pattern(r"\d{1,3}(?:\.\d{1,3}){3}\Z")
_STS = pattern(r"sts(?P<vpc>-vpc)?(?:-inner|-intl)?(?:\.(?P<region>[a-z0-9-]+))?\.aliyuncs\.com\Z")
_ALIAS_ENDINGS = ("-ossalias", "-opapalias")

# Finance endpoints whose name is not `oss-<region ID>`. Source: OSS documentation, "Regions and endpoints".
_SPECIAL_REGIONS = {
    "cn-hzfinance": "cn-hangzhou-finance",
    "cn-hzjbp-a": "cn-hangzhou-finance",
    "cn-hzjbp-b": "cn-hangzhou-finance",
    "cn-hzjbp": "cn-hangzhou-finance",
    "cn-szfinance": "cn-shenzhen-finance-1",
    "cn-shanghai-finance-1-pub": "cn-shanghai-finance-1",
    "cn-beijing-finance-1-pub": "cn-beijing-finance-1",
    "cn-szjbp": "cn-shenzhen-finance-1",
}


@record
class HostParts:
    """A host name taken apart."""

    bucket: str | None
    """Everything in front of the endpoint (an access point alias stands there too); None if nothing is."""
    endpoint: Endpoint
    addressing: Addressing
    """`virtual-host` with a bucket, `service` without one."""


def parse_host(host: str) -> HostParts | None:
    """Take an OSS endpoint name apart; None if the name is no OSS endpoint.

    Args:
        host: Host as sent; port, upper case, surrounding blanks and a trailing dot are tolerated.
    """
    return _parse_host(host) if len(host) <= MAX_HOST_CHARS else None


def bare_host(host: str) -> str:
    """Strip port, blanks and trailing dot, and lower the case; brackets of an IPv6 address go too."""
    name = host.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    if name.count(":") == 1:
        name = name.partition(":")[0]
    return name.rstrip(".")


def is_ip_address(name: str) -> bool:
    """Tell whether a bare host is an IP address literal."""
    return ":" in name or _IPV4.match(name) is not None


def parse_token_service_host(name: str) -> Endpoint | None:
    """Return the endpoint if a bare host is the token service's (`sts.cn-hangzhou.aliyuncs.com`), else None.

    Source: STS documentation, "Endpoints".
    """
    found = _STS.match(name) if len(name) <= MAX_HOST_CHARS else None
    if found is None:
        return None
    network = Network.INTERNAL if found["vpc"] else Network.PUBLIC
    return Endpoint(name, found["region"], network, "sts", name)


@lru_cache(CACHED_HOSTS)
def foreign_host(name: str) -> HostParts:
    """Describe a bare host that is no OSS endpoint by name but was proved to be OSS by other means.

    A private deployment names its endpoints like the public cloud does, under a domain of its own
    (`bucket.oss-cn-city-a.cloud.example.com`); an IP address or a name without a dot can only be addressed by path;
    any other name is taken for a custom domain bound to a bucket (CNAME).
    """
    if is_ip_address(name) or "." not in name:
        return HostParts(None, Endpoint(name, None, Network.UNKNOWN, "ip", name), Addressing.PATH)
    labels = name.split(".")
    for index, label in enumerate(labels[:-2]):
        region = label[4:].removesuffix("-internal")
        if not label.startswith("oss-") or not _REGION.match(region):
            continue
        endpoint = Endpoint(name, region, Network.UNKNOWN, "private", ".".join(labels[index:]))
        bucket = ".".join(labels[:index]) or None
        return HostParts(bucket, endpoint, Addressing.VIRTUAL_HOST if bucket else Addressing.SERVICE)
    return HostParts(None, Endpoint(name, None, Network.CNAME, "cname", name), Addressing.CNAME)


@lru_cache(CACHED_HOSTS)
def _parse_host(host: str) -> HostParts | None:
    name = bare_host(host)
    if not name.endswith(_SUFFIX):
        return None
    labels = name[: -len(_SUFFIX)].split(".")
    found = _endpoint(labels)
    if found is None:
        return None
    count, region, network, kind = found
    bucket = ".".join(labels[:-count]) or None
    if bucket is not None and bucket.endswith(_ALIAS_ENDINGS):
        kind = "access-point"
    service = ".".join(labels[-count:]) + _SUFFIX
    endpoint = Endpoint(name, region, network, kind, service)
    return HostParts(bucket, endpoint, Addressing.VIRTUAL_HOST if bucket else Addressing.SERVICE)


def _endpoint(labels: list[str]) -> tuple[int, str | None, Network, str] | None:
    """Return how many of the last labels are the endpoint, its region, network and kind; None if it is no endpoint."""
    last = labels[-1]
    if last.startswith("oss-") and not last.startswith(("oss-dls", "oss-data-acc", "oss-cloudbox")):
        return _dashed_endpoint(labels)
    before = labels[-2] if len(labels) > 1 else ""
    match last:
        case "oss":
            # `<region>.oss` is dual-stack; `oss` alone is the first endpoint there was, Hangzhou's.
            if _REGION.match(before):
                return 2, before, Network.DUAL_STACK, "dual-stack"
            return 1, "cn-hangzhou", Network.PUBLIC, "legacy"
        case "oss-dls" if _REGION.match(before):
            return 2, before, Network.UNKNOWN, "hdfs"
        case "oss-data-acc" if _REGION.match(before):
            return 2, _zone_region(before.removesuffix("-internal")), Network.INTERNAL, "data-accelerator"
        case "oss-cloudbox" | "oss-cloudbox-control" if _REGION.match(before):
            count = 3 if len(labels) > 2 and labels[-3].startswith("cb-") else 2
            return count, before, Network.UNKNOWN, "cloud-box"
        case _ if last.startswith("vpc100-oss-") and _REGION.match(last[11:]):
            return 1, last[11:], Network.INTERNAL, "legacy"
        case _:
            return None


def _dashed_endpoint(labels: list[str]) -> tuple[int, str | None, Network, str] | None:
    """Read the endpoints of one label: `oss-<region>`, `oss-<region>-internal`, `oss-accelerate` and their kin."""
    last = labels[-1]
    match last:
        case "oss-accelerate" | "oss-accelerate-overseas":
            return 1, None, Network.ACCELERATE, "accelerate"
        case "oss-internal":
            return 1, "cn-hangzhou", Network.INTERNAL, "legacy"
        case "oss-rg-china-mainland":
            return 1, "rg-china-mainland", Network.PUBLIC, "regionless"
        case _ if last.startswith("oss-cache-") and _REGION.match(last[10:]):
            return 1, _zone_region(last[10:]), Network.INTERNAL, "data-accelerator"
        case _:
            pass
    internal = last.endswith("-internal")
    spelled = last[4:].removesuffix("-internal")
    region = _SPECIAL_REGIONS.get(spelled, spelled)
    if not _REGION.match(region):
        return None  # oss-demo, oss-console: services beside OSS, not endpoints
    if len(labels) > 1 and labels[-2] == "s3":
        return 2, region, Network.S3, "s3"
    return (1, region, Network.INTERNAL, "internal") if internal else (1, region, Network.PUBLIC, "public")


def _zone_region(zone: str) -> str:
    """Return the region of a zone: `cn-beijing-h` is in cn-beijing, `ap-southeast-1c` in ap-southeast-1."""
    if zone[-2:-1] == "-" and zone[-1].isalpha():
        return zone[:-2]
    return zone[:-1] if zone[-1].isalpha() and zone[-2:-1].isdigit() else zone
