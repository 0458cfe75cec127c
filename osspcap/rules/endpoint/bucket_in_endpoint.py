"""END002 bucket-in-endpoint: the endpoint setting holds the bucket as well, so that it stands in the host twice."""

from osspcap.oss.host_fault import HostFaultKind
from osspcap.rules.endpoint._host import HostFaultRule


class BucketInEndpoint(HostFaultRule):
    """The endpoint setting holds the bucket as well, so that it stands in the host twice.

    ## What it finds
    Refused requests whose host has a bucket in front of itself, or two names in front of the endpoint where OSS
    does not know the bucket.

    ## Why it matters
    SDKs put the bucket in front of whatever the endpoint setting holds. With the bucket in there too, they ask
    for a bucket of another name, and sign for it.

    ## How it decides
    The Host is an OSS endpoint with two labels in front. Two equal ones leave no doubt; two different ones
    count where OSS answers NoSuchBucket or InvalidBucketName, since bucket names have no dots.

    ## False alarms
    None known: no such Host can be right.
    """

    code = "END002"
    name = "bucket-in-endpoint"
    supersedes = ("END006", "END009", "REQ002", "SIG100", "PRX108")
    finds = (HostFaultKind.BUCKET_TWICE, HostFaultKind.TWO_BUCKETS)
    told = "holds the bucket twice"
    fix = (
        "Set the endpoint to the region's endpoint alone, for example `https://oss-cn-hangzhou.aliyuncs.com`.",
        "Give the bucket by its own setting.",
    )
