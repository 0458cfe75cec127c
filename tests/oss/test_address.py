import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.operation import Addressing, Network
from osspcap.oss.address import (
    MAX_HOST_CHARS,
    bare_host,
    foreign_host,
    is_ip_address,
    parse_host,
    parse_token_service_host,
)

SUFFIX = ".aliyuncs.com"

ENDPOINTS = [
    ("oss-cn-hangzhou", "cn-hangzhou", Network.PUBLIC, "public"),
    ("oss-us-west-1", "us-west-1", Network.PUBLIC, "public"),
    ("oss-cn-wuhan-lr", "cn-wuhan-lr", Network.PUBLIC, "public"),
    ("oss-cn-north-2-gov-1", "cn-north-2-gov-1", Network.PUBLIC, "public"),
    ("oss-cn-hangzhou-internal", "cn-hangzhou", Network.INTERNAL, "internal"),
    ("oss-cn-hzfinance", "cn-hangzhou-finance", Network.PUBLIC, "public"),
    ("oss-cn-hzjbp-a-internal", "cn-hangzhou-finance", Network.INTERNAL, "internal"),
    ("oss-cn-shanghai-finance-1-pub", "cn-shanghai-finance-1", Network.PUBLIC, "public"),
    ("oss-cn-shanghai-finance-1-internal", "cn-shanghai-finance-1", Network.INTERNAL, "internal"),
    ("oss-cn-szfinance", "cn-shenzhen-finance-1", Network.PUBLIC, "public"),
    ("cn-hangzhou.oss", "cn-hangzhou", Network.DUAL_STACK, "dual-stack"),
    ("oss-accelerate", None, Network.ACCELERATE, "accelerate"),
    ("oss-accelerate-overseas", None, Network.ACCELERATE, "accelerate"),
    ("s3.oss-cn-beijing", "cn-beijing", Network.S3, "s3"),
    ("s3.oss-cn-beijing-internal", "cn-beijing", Network.S3, "s3"),
    ("cn-beijing-h-internal.oss-data-acc", "cn-beijing", Network.INTERNAL, "data-accelerator"),
    ("ap-southeast-1c-internal.oss-data-acc", "ap-southeast-1", Network.INTERNAL, "data-accelerator"),
    ("cn-hangzhou-internal.oss-data-acc", "cn-hangzhou", Network.INTERNAL, "data-accelerator"),
    ("oss-cache-cn-beijing-h", "cn-beijing", Network.INTERNAL, "data-accelerator"),
    ("cn-shanghai.oss-dls", "cn-shanghai", Network.UNKNOWN, "hdfs"),
    ("cb-f8z7yvzgwfkl9q0h.cn-shenzhen.oss-cloudbox", "cn-shenzhen", Network.UNKNOWN, "cloud-box"),
    ("cb-f8z7yvzgwfkl9q0h.cn-shenzhen.oss-cloudbox-control", "cn-shenzhen", Network.UNKNOWN, "cloud-box"),
    ("oss-rg-china-mainland", "rg-china-mainland", Network.PUBLIC, "regionless"),
    ("oss", "cn-hangzhou", Network.PUBLIC, "legacy"),
    ("oss-internal", "cn-hangzhou", Network.INTERNAL, "legacy"),
    ("vpc100-oss-cn-beijing", "cn-beijing", Network.INTERNAL, "legacy"),
]


@pytest.mark.parametrize(("endpoint", "region", "network", "kind"), ENDPOINTS)
def test_every_row_of_the_endpoint_table_is_taken_apart(
    endpoint: str, region: str | None, network: Network, kind: str
) -> None:
    with_bucket = parse_host(f"my-bucket.{endpoint}{SUFFIX}")
    assert with_bucket is not None
    assert with_bucket.bucket == "my-bucket"
    assert with_bucket.addressing is Addressing.VIRTUAL_HOST
    assert (with_bucket.endpoint.region, with_bucket.endpoint.network) == (region, network)
    assert with_bucket.endpoint.kind == kind
    assert with_bucket.endpoint.service_host == endpoint + SUFFIX
    alone = parse_host(endpoint + SUFFIX)
    assert alone is not None
    assert (alone.bucket, alone.addressing) == (None, Addressing.SERVICE)


@pytest.mark.parametrize(
    "name",
    [
        "cn-hangzhou.log.aliyuncs.com",
        "sts.cn-hangzhou.aliyuncs.com",
        "ecs.aliyuncs.com",
        "mirrors.aliyuncs.com",
        "123.cn-hangzhou.mgw.aliyuncs.com",
        "oss-demo.aliyuncs.com",
        "oss-console.aliyuncs.com",
        "telemetry.aliyuncs.com",
        "my-oss-bucket-1.aliyuncs.com",
        "aliyuncs.com",
        "bucket.oss-cn-hangzhou.aliyuncs.com.evil.example",
        "oss-cn-hangzhouaaliyuncs.com",
        "www.example.com",
        "",
    ],
)
def test_other_services_and_lookalikes_are_no_endpoints(name: str) -> None:
    assert parse_host(name) is None


def test_port_case_blanks_and_trailing_dot_are_tolerated() -> None:
    parts = parse_host(" My-Bucket.OSS-cn-hangzhou.aliyuncs.com.:443 ")
    assert parts is not None
    assert parts.bucket == "my-bucket"
    assert parts.endpoint.host == "my-bucket.oss-cn-hangzhou.aliyuncs.com"


def test_documentation_bucket_on_the_acceleration_endpoint_is_oss() -> None:
    parts = parse_host("static-aliyun-doc.oss-accelerate.aliyuncs.com")
    assert parts is not None
    assert parts.bucket == "static-aliyun-doc"


@pytest.mark.parametrize("alias", ["ap-1-0123456789abcdef-ossalias", "fc-1-0123456789abcdef-opapalias"])
def test_access_point_aliases_stand_in_the_place_of_the_bucket(alias: str) -> None:
    parts = parse_host(f"{alias}.oss-cn-hangzhou-internal.aliyuncs.com")
    assert parts is not None
    assert parts.bucket == alias
    assert parts.endpoint.kind == "access-point"
    assert parts.endpoint.network is Network.INTERNAL


def test_old_buckets_with_dots_and_underscores_are_kept_whole() -> None:
    parts = parse_host("old_bucket.v1.oss-cn-hangzhou.aliyuncs.com")
    assert parts is not None
    assert parts.bucket == "old_bucket.v1"


def test_token_service_endpoints_tell_region_and_network() -> None:
    central = parse_token_service_host("sts.aliyuncs.com")
    regional = parse_token_service_host("sts-vpc.cn-hangzhou.aliyuncs.com")
    assert central is not None
    assert regional is not None
    assert (central.region, central.network) == (None, Network.PUBLIC)
    assert (regional.region, regional.network) == ("cn-hangzhou", Network.INTERNAL)
    assert parse_token_service_host("sts.example.com") is None


def test_foreign_hosts_are_addressed_by_what_their_name_allows() -> None:
    assert foreign_host("192.0.2.7").addressing is Addressing.PATH
    assert foreign_host("2001:db8::1").addressing is Addressing.PATH
    assert foreign_host("localhost").addressing is Addressing.PATH
    assert foreign_host("img.example.com").addressing is Addressing.CNAME
    assert foreign_host("img.oss.example.com").bucket is None
    private = foreign_host("media.oss-cn-city-env1-d01-a.cloud.example.com")
    assert (private.bucket, private.endpoint.kind) == ("media", "private")
    assert private.endpoint.service_host == "oss-cn-city-env1-d01-a.cloud.example.com"


def test_brackets_and_port_of_an_ipv6_host_go() -> None:
    assert bare_host("[2001:DB8::1]:8080") == "2001:db8::1"
    assert is_ip_address(bare_host("192.0.2.7:80"))


@given(st.text(max_size=2 * MAX_HOST_CHARS))
def test_no_host_raises(host: str) -> None:
    parse_host(host)
    name = bare_host(host)
    parse_token_service_host(name)
    parse_host(host + SUFFIX)
    foreign_host(name)
