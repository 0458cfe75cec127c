from osspcap.oss.signing import v1_subresources


def test_sizes_are_those_of_the_published_lists() -> None:
    sizes = {sdk: len(names) for sdk, names in v1_subresources.LISTS.items()}
    assert sizes == {
        "aliyun-sdk-python": 86,
        "aliyun-sdk-go": 85,
        "aliyun-sdk-php": 86,
        "aliyun-sdk-java": 92,
        "aliyun-sdk-c": 35,
    }
    assert len(v1_subresources.UNION) == 113


def test_the_union_holds_every_list() -> None:
    for names in v1_subresources.LISTS.values():
        assert names <= v1_subresources.UNION


def test_listing_parameters_are_in_no_list() -> None:
    unsigned = {b"prefix", b"marker", b"max-keys", b"delimiter", b"encoding-type", b"list-type", b"start-after"}
    assert not unsigned & v1_subresources.UNION


def test_lists_differ_where_the_sdks_do() -> None:
    assert b"callback" not in v1_subresources.C
    assert b"x-oss-hash-ctx" in v1_subresources.GO - v1_subresources.JAVA
    assert b"x-oss-security-token" in v1_subresources.PHP - v1_subresources.GO
