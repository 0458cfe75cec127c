"""D 3 and E 2: PostObject, its 13 errors, the format of forms and policies, and the questions and answers."""

from typing import Any

from tests.build.analyze import exchange_capture
from tests.build.callbacks import form as form_with_callback
from tests.build.callbacks import parameter, refused
from tests.build.forms import (
    EXPIRED,
    FAILED,
    MALFORMED,
    MISMATCH,
    NO_KEY,
    Form,
    encoded,
    policy,
    refused_form,
    signed,
    taken_form,
    with_value,
    without,
)
from tests.build.sources.row import Row, Without
from tests.build.uploads import md5_of
from tests.build.wire import Capture

JSON = "Invalid Policy: Invalid JSON: "
SIMPLE = "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."
ACL = "You have no right to access this object because of bucket acl."


def both(row: str) -> tuple[str, str]:
    """The places of a row that both guides have."""
    return f"D 3, {row}", f"E 2, {row}"


def policy_refused(text: str, message: str) -> Capture:
    """A form with a policy that OSS cannot read."""
    return refused_form(Form(signed(text)), 400, "InvalidPolicyDocument", message)


def broken(condition: Any, stated: str, **fields: str) -> Capture:
    """A form that does not keep a condition."""
    form = Form([*signed(policy(condition)), *((name.replace("_", "-"), value) for name, value in fields.items())])
    return refused_form(form, 403, "AccessDenied", FAILED + stated)


def incomplete(*names: str, text: str = NO_KEY) -> Capture:
    """A form without some fields."""
    return refused_form(Form(without(signed(policy()), *names)), 400, "InvalidArgument", text)


FORM_ROWS = (
    Row(
        both("row 1, MalformedPOSTRequest"),
        "PST004",
        lambda: refused_form(Form(signed(policy()), is_closed=False), 400, "MalformedPOSTRequest", MALFORMED),
    ),
    Row(
        both("row 2, InvalidAccessKeyId"),
        "PRM001",
        lambda: refused_form(
            Form(signed(policy())),
            403,
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided does not exist in our records.",
        ),
    ),
    Row(
        both("row 3, Policy expired"),
        "PST008",
        lambda: refused_form(Form(signed(policy(expiration="2018-12-29T07:00:00.000Z"))), 403, "AccessDenied", EXPIRED),
    ),
    Row(
        both("row 4, SignatureDoesNotMatch"),
        "PST011",
        lambda: refused_form(Form(signed(policy())), 403, "AccessDenied", f"SignatureDoesNotMatch {MISMATCH}"),
    ),
    Row(
        both("row 5, Simple-Conditions"),
        "PST007",
        lambda: policy_refused('{"expiration": "2018-12-29T09:00:00.000Z"}', SIMPLE),
    ),
    Row(both("row 6, unknown char"), "PST005", lambda: policy_refused('{"expiration": e}', JSON + "unknown char e")),
    Row(
        both("row 7, comma or bracket expected"),
        "PST005",
        lambda: policy_refused('{"expiration": "x", "conditions": [["eq", "$key", "a"]', JSON + ", or ] expected"),
    ),
    Row(
        both("row 8, key"),
        "PST009",
        lambda: broken(["starts-with", "$key", "user/bob/"], '["starts-with", "$key", "user/bob/"]'),
    ),
    Row(
        both("row 9, bucket"),
        "PST009",
        lambda: broken({"bucket": "mingdi-bjx"}, '["eq", "$bucket", "mingdi-bjx"]'),
    ),
    Row(
        both("row 10, x-oss-meta-prop"),
        "PST009",
        lambda: broken(
            ["starts-with", "$x-oss-meta-prop", "prop-"],
            '["starts-with", "$x-oss-meta-prop", "prop-"]',
            x_oss_meta_prop="other",
        ),
    ),
    Row(
        both("row 11, any field"),
        "PST009",
        lambda: broken(["eq", "$Cache-Control", "no-cache"], '["eq", "$Cache-Control", "no-cache"]'),
    ),
    Row(
        both("row 12, bucket acl"),
        "PRM003",
        lambda: refused_form(Form(signed(policy())), 403, "AccessDenied", ACL),
    ),
    Row(both("row 13, key is missing"), "PST002", lambda: incomplete("key")),
    Row(
        both("row 13, key behind file"),
        "PST001",
        lambda: refused_form(Form(signed(policy())[1:], behind=signed(policy())[:1]), 400, "InvalidArgument", NO_KEY),
    ),
    Row(
        both("form field format, Content-Type of the header"),
        "PST003",
        lambda: refused_form(
            Form(signed(policy()), content_type="application/json"),
            400,
            "RequestIsNotMultiPartContent",
            "Bucket POST must be of the enclosure-type multipart/form-data.",
        ),
    ),
    Row(
        both("form field format, boundary"),
        "PST004",
        lambda: refused_form(
            Form(signed(policy()), content_type="multipart/form-data; boundary=other"),
            400,
            "MalformedPOSTRequest",
            MALFORMED,
        ),
    ),
    Row(
        both("form field format, names are case-sensitive"),
        "PST012",
        lambda: refused_form(
            Form([("Key", "user/eric/pic.png"), *without(signed(policy()), "key")]), 400, "InvalidArgument", NO_KEY
        ),
    ),
    Row(
        both("form field format, file is the last field"),
        "PST013",
        lambda: taken_form(Form(signed(policy()), behind=[("success_action_status", "200")])),
    ),
    Row(
        both("form field format, all three of OSSAccessKeyId, policy, Signature"),
        "PST002",
        lambda: incomplete("Signature", text="Post request Signature is empty."),
    ),
    Row(
        both("policy format, base64 of UTF-8 JSON"),
        "PST006",
        lambda: refused_form(
            Form(signed(policy(), is_encoded=True)), 400, "InvalidPolicyDocument", "Invalid Policy: Invalid JSON."
        ),
    ),
    Row(
        both("policy format, example and expiration"),
        "PST008",
        lambda: policy_refused('{"conditions": [["content-length-range", 0, 104857600]]}', "Invalid Policy: x"),
    ),
    Row(
        both("policy format, conditions has at least one item"),
        "PST007",
        lambda: policy_refused('{"expiration": "2018-12-29T09:00:00.000Z", "conditions": []}', SIMPLE),
    ),
    Row(
        both("conditions, bucket"),
        "PST009",
        lambda: broken(["eq", "$bucket", "johnsmith"], '["eq", "$bucket", "johnsmith"]'),
    ),
    Row(
        both("conditions, key"),
        "PST009",
        lambda: broken(["starts-with", "$key", "user/etc/"], '["starts-with", "$key", "user/etc/"]'),
    ),
    Row(
        both("conditions, content-length-range"),
        "PST010",
        lambda: refused_form(
            Form(signed(policy(["content-length-range", 0, 100])), file=b"x" * 5000),
            400,
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size.",
        ),
    ),
    Row(
        both("conditions, x-oss-meta-*"),
        "PST009",
        lambda: broken(
            ["eq", "$x-oss-meta-prop", "prop-1"], '["eq", "$x-oss-meta-prop", "prop-1"]', x_oss_meta_prop="prop-2"
        ),
    ),
    Row(
        both("conditions, success_action_redirect"),
        "PST009",
        lambda: broken(
            ["starts-with", "$success_action_redirect", "http://www.aliyun.com"],
            '["starts-with", "$success_action_redirect", "http://www.aliyun.com"]',
        ),
    ),
    Row(
        both("conditions, success_action_status"),
        "PST009",
        lambda: broken(["eq", "$success_action_status", "204"], '["eq", "$success_action_status", "204"]'),
    ),
    Row(
        both("conditions, HTTP headers as fields"),
        "PST009",
        lambda: broken(
            ["eq", "$Content-Encoding", "ZLIB"], '["eq", "$Content-Encoding", "ZLIB"]', Content_Encoding="gzip"
        ),
    ),
    Row(
        both("policy escapes"),
        "PST005",
        lambda: policy_refused(
            r'{"expiration": "2018-12-29T09:00:00.000Z", "conditions": [["eq", "$key", "a\qb"]]}',
            JSON + "unknown char q",
        ),
    ),
    Row(
        both("signature, HMAC of the policy's base64"),
        "PST011",
        lambda: refused_form(
            Form(with_value(signed(policy()), "Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
            403,
            "SignatureDoesNotMatch",
            MISMATCH,
            StringToSign=encoded(policy()),
        ),
    ),
    Row(both("FAQ, key"), "PST002", lambda: incomplete("key")),
    Row(
        both("FAQ, object content in the field file"),
        "PST002",
        lambda: refused_form(
            Form(signed(policy()), file=None),
            400,
            "IncorrectNumberOfFilesInPOSTRequest",
            "POST requires exactly one file upload per request.",
        ),
    ),
    Row(
        both("FAQ, filename is not the object name"),
        "PST017",
        lambda: taken_form(Form(signed(policy(), key="user/eric/${filename}"), filename="C:\\docs\\pic.png")),
    ),
    Row(
        both("FAQ, Content-MD5 of the whole body"),
        "PST016",
        lambda: refused_form(
            Form(signed(policy()), file=b"content", headers={"Content-MD5": md5_of(b"content")}),
            400,
            "InvalidDigest",
            "The Content-MD5 you specified was invalid.",
        ),
    ),
    Row(
        both("FAQ, STS token in the form"),
        "STS001",
        lambda: refused_form(
            Form(with_value(signed(policy()), "OSSAccessKeyId", "STS.NUTestTemporaryKey1")),
            403,
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided does not exist in our records.",
        ),
    ),
    Row(
        both("FAQ, callback in the form"),
        "CBK005",
        lambda: exchange_capture(
            (
                form_with_callback(parameter()[:-6] + "====="),
                refused("The callback configuration is not json format.", ArgumentName="callback"),
            )
        ),
    ),
    Row(
        both("FAQ, conditions: size, key, bucket, time"),
        "PST010",
        lambda: refused_form(
            Form(
                signed(
                    policy(
                        ["eq", "$bucket", "rokid"], ["starts-with", "$key", "user/"], ["content-length-range", 0, 100]
                    )
                ),
                file=b"x" * 5000,
            ),
            403,
            "AccessDenied",
            FAILED + '["content-length-range", 0, 100]',
        ),
    ),
    Without(
        both("introduction and common headers"),
        "Says what PostObject is; the errors of each part stand in the rows of this section.",
    ),
    Without(
        both("form field format, example request"),
        "A right form; forms like it must be silent, which the tests of PST check.",
    ),
    Without(
        both("FAQ, Content-Type of the file"),
        "A choice of the client: OSS takes any. A wrong type of media is told by its own rules (E 10).",
    ),
    Without(
        both("FAQ, Content-Transfer-Encoding"),
        "OSS decodes base64 on request; nothing fails, and the stored object is what was meant.",
    ),
    Without(
        both("FAQ, object user meta"), "Any value is taken; limits by a policy are told in the rows on conditions."
    ),
    Without(
        both("FAQ, HTTP headers as fields"),
        "Any value is taken; limits by a policy are told in the row on HTTP headers as fields.",
    ),
    Without(both("examples and links"), "Links to sample programs and to the reference."),
)
