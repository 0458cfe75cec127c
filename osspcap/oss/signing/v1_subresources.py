"""Query parameters that V1 signs as subresources. There is no published list: every SDK ships its own.

`UNION` holds every name that any of them signs. Besides, the Go SDK V2 and the OpenAPI gateway sign every query name
that starts with `x-oss-`, so the usual reading is: in the union, or of that prefix.

Sources: the signers of the SDKs named below; list of 2025.
"""


def _names(text: str) -> frozenset[bytes]:
    return frozenset(name.encode() for name in text.split())


UNION = _names(
    """
    accessPoint accessPointPolicy acl append asyncFetch bucketArchiveDirectRead bucketInfo callback
    callback-var cloudboxes cname comp continuation-token cors delete encryption endTime group
    httpsConfig img inventory inventoryId lifecycle link live location logging metaQuery objectInfo
    objectMeta partNumber policy policyStatus position processConfiguration publicAccessBlock qos
    qosInfo qosRequester redundancyTransition referer regionList replication replicationLocation
    replicationProgress requestPayment requesterQosInfo resourceGroup resourcePool resourcePoolBuckets
    resourcePoolInfo response-cache-control response-content-disposition response-content-encoding
    response-content-language response-content-type response-expires responseHeader restore rtc seal
    security-token sequential startTime stat status style styleName symlink tagging transferAcceleration
    udf udfApplication udfApplicationLog udfId udfImage udfImageDesc udfName uploadId uploads versionId
    versioning versions vip vod vpcip website withHashContext worm wormExtend wormId
    x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id
    x-oss-access-point-name x-oss-async-process x-oss-delete x-oss-dir x-oss-enable-md5
    x-oss-enable-sha1 x-oss-enable-sha256 x-oss-hash-ctx x-oss-md5-ctx x-oss-process
    x-oss-redundancy-transition-taskid x-oss-rename x-oss-request-payer x-oss-security-token
    x-oss-sign-origin-only x-oss-target-redundancy-type x-oss-traffic-limit
    x-oss-write-get-object-response
    """
)
"""Names that at least one SDK signs."""

PYTHON = _names(
    """
    accessPoint accessPointPolicy acl append asyncFetch bucketArchiveDirectRead bucketInfo callback
    callback-var cname comp continuation-token cors delete encryption endTime group httpsConfig
    inventory inventoryId lifecycle link live location logging metaQuery objectInfo objectMeta
    partNumber policy position publicAccessBlock qos qosInfo qosRequester redundancyTransition referer
    regionList replication replicationLocation replicationProgress requestPayment requesterQosInfo
    resourceGroup resourcePool resourcePoolBuckets resourcePoolInfo response-cache-control
    response-content-disposition response-content-encoding response-content-language
    response-content-type response-expires restore security-token sequential startTime stat status style
    styleName symlink tagging transferAcceleration uploadId uploads versionId versioning versions vod
    website worm wormExtend wormId x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask
    x-oss-ac-vpc-id x-oss-access-point-name x-oss-async-process x-oss-process
    x-oss-redundancy-transition-taskid x-oss-request-payer x-oss-target-redundancy-type
    x-oss-traffic-limit x-oss-write-get-object-response
    """
)
"""Python SDK (oss2) 2.19.1, `auth.py`."""

GO = _names(
    """
    acl append asyncFetch bucketInfo callback callback-var cloudboxes cname comp continuation-token cors
    delete encryption endTime img inventory inventoryId lifecycle live location logging metaQuery
    objectMeta partNumber policy position qos qosInfo referer regionList replication replicationLocation
    replicationProgress requestPayment resourceGroup response-cache-control response-content-disposition
    response-content-encoding response-content-language response-content-type response-expires
    responseHeader restore rtc security-token sequential startTime stat status style styleName symlink
    tagging transferAcceleration udf udfApplication udfApplicationLog udfId udfImage udfImageDesc
    udfName uploadId uploads versionId versioning versions vod website withHashContext worm wormExtend
    wormId x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id
    x-oss-async-process x-oss-enable-md5 x-oss-enable-sha1 x-oss-enable-sha256 x-oss-hash-ctx
    x-oss-md5-ctx x-oss-process x-oss-request-payer x-oss-traffic-limit
    """
)
"""Go SDK 3.0.2, `oss/conn.go` signKeyList."""

PHP = _names(
    """
    acl append asyncFetch bucketInfo callback callback-var cloudboxes cname comp continuation-token cors
    delete encryption endTime img inventory inventoryId lifecycle live location logging metaQuery
    objectMeta partNumber policy position qos qosInfo referer regionList replication replicationLocation
    replicationProgress requestPayment resourceGroup response-cache-control response-content-disposition
    response-content-encoding response-content-language response-content-type response-expires
    responseHeader restore rtc security-token sequential startTime stat status style styleName symlink
    tagging transferAcceleration udf udfApplication udfApplicationLog udfId udfImage udfImageDesc
    udfName uploadId uploads versionId versioning versions vod website withHashContext worm wormExtend
    wormId x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id
    x-oss-async-process x-oss-enable-md5 x-oss-enable-sha1 x-oss-enable-sha256 x-oss-hash-ctx
    x-oss-md5-ctx x-oss-process x-oss-request-payer x-oss-security-token x-oss-traffic-limit
    """
)
"""PHP SDK 2.7.3, `Signer/SignerV1.php`."""

JAVA = _names(
    """
    accessPoint accessPointPolicy acl append asyncFetch bucketArchiveDirectRead bucketInfo callback
    callback-var cname comp continuation-token cors delete encryption endTime httpsConfig img inventory
    inventoryId lifecycle live location logging metaQuery objectMeta partNumber policy policyStatus
    position processConfiguration publicAccessBlock qos qosInfo redundancyTransition referer regionList
    replication replicationLocation replicationProgress requestPayment resourceGroup
    response-cache-control response-content-disposition response-content-encoding
    response-content-language response-content-type response-expires restore seal security-token
    sequential startTime stat status style styleName symlink tagging transferAcceleration udf
    udfApplication udfApplicationLog udfImage udfImageDesc udfName uploadId uploads versionId versioning
    versions vip vod vpcip website worm wormExtend wormId x-oss-ac-forward-allow x-oss-ac-source-ip
    x-oss-ac-subnet-mask x-oss-ac-vpc-id x-oss-async-process x-oss-delete x-oss-dir x-oss-process
    x-oss-redundancy-transition-taskid x-oss-rename x-oss-request-payer x-oss-target-redundancy-type
    x-oss-traffic-limit x-oss-write-get-object-response
    """
)
"""Java SDK 3.x, `SignParameters.java`."""

C = _names(
    """
    acl append bucketInfo comp cors delete endTime lifecycle live location logging objectMeta partNumber
    position qos referer response-cache-control response-content-disposition response-content-encoding
    response-content-language response-content-type response-expires restore security-token startTime
    stat status symlink tagging uploadId uploads vod website x-oss-process x-oss-sign-origin-only
    """
)
"""C SDK 3.11.2, `oss_auth.c`: short, lacks `callback`, `versionId`, `x-oss-traffic-limit` and more."""

PREFIX = b"x-oss-"
"""Query names of this prefix are signed by the Go SDK V2 and the OpenAPI gateway even if no list has them."""

LISTS = {
    "aliyun-sdk-python": PYTHON,
    "aliyun-sdk-go": GO,
    "aliyun-sdk-php": PHP,
    "aliyun-sdk-java": JAVA,
    "aliyun-sdk-c": C,
}
"""Lists by the prefix of the SDK's User-Agent."""
