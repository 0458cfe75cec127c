from tests.build.refusals import denied, faults


def test_a_fault_without_a_known_endpoint_keeps_the_general_advice() -> None:
    (finding,) = faults(denied("InvalidBucketName", "x", status=400, host="img.example.com/"))
    assert finding.name == "endpoint-with-path-or-slash"
    assert finding.fix[0].startswith("Set the endpoint to the endpoint alone")


def test_requests_to_one_host_are_one_finding_with_the_host_as_evidence() -> None:
    host = "rokid.rokid.oss-cn-hangzhou.aliyuncs.com"
    (finding,) = faults(denied("NoSuchBucket", "x", status=404, host=host))
    assert (finding.evidence[0].observed, finding.evidence[0].expected) == (host, "rokid.oss-cn-hangzhou.aliyuncs.com")
