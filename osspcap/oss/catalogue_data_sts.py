"""Error codes of the token service (STS), which hands out the temporary credentials that OSS requests carry."""

from osspcap.model.operation import CatalogueEntry as Code
from osspcap.oss.catalogue_sources import GUIDE_ZH, STS_API

ENTRIES = (
    Code(
        "NoPermission",
        (403,),
        "The caller may not assume this role.",
        (
            "The keys are those of the main account: a role cannot be assumed by it.",
            "The RAM user lacks AliyunSTSAssumeRoleAccess.",
            "The role's trust policy does not name the caller's account or user.",
        ),
        (
            "Call AssumeRole with the keys of a RAM user.",
            "Grant that user AliyunSTSAssumeRoleAccess, or `sts:AssumeRole` on this role.",
            "Add the caller to the role's trust policy, and check the account ID in the role's ARN.",
        ),
        (GUIDE_ZH, STS_API),
    ),
    Code(
        "MissingSecurityToken",
        (400, 403),
        "AssumeRole was called with temporary keys and without their token.",
        ("The keys come from an earlier AssumeRole call.",),
        ("Call AssumeRole with the permanent keys of a RAM user.",),
        (GUIDE_ZH, STS_API),
    ),
    Code(
        "InvalidAccessKeyId.NotFound",
        (404,),
        "The access key ID is not known.",
        ("It is mistyped, has a blank around it, or was deleted.",),
        ("Copy the key ID again from the RAM console, without blanks.",),
        (GUIDE_ZH, STS_API),
    ),
    Code(
        "InvalidAccessKeyId.Inactive",
        (403,),
        "The access key is disabled.",
        ("Somebody disabled it in the RAM console.",),
        ("Enable it, or use another key of the user.",),
        (GUIDE_ZH, STS_API),
    ),
    Code(
        "InvalidParameter.PolicyGrammar",
        (400,),
        "The policy passed to AssumeRole is not valid.",
        ("Broken JSON, a misspelt element, or a policy over 2048 characters.",),
        (
            "Leave the policy out: then the role's own permissions hold.",
            "If it is needed, build it with the policy editor; the token may do what role and policy both allow.",
        ),
        (GUIDE_ZH, STS_API),
    ),
    Code(
        "InvalidParameter.RoleSessionName",
        (400,),
        "The session name is not allowed.",
        ("It is shorter than 2 characters, too long, or has other characters than letters, digits and `.@-_`.",),
        ("Use 2 to 32 letters, digits, dots, at signs, hyphens or underscores.",),
        (GUIDE_ZH, STS_API),
    ),
    Code(
        "InvalidParameter.DurationSeconds",
        (400,),
        "The lifetime asked for is out of range.",
        ("Less than 900 seconds, or more than the role's maximum session time, 3600 unless it was raised.",),
        ("Ask for 900 to 3600 seconds, or raise the role's maximum session time (up to 43,200).",),
        (GUIDE_ZH, STS_API),
    ),
    Code(
        "EntityNotExist.Role",
        (404,),
        "The role does not exist.",
        ("The ARN is mistyped or names another account, or the role was deleted.",),
        ("Copy the ARN from the RAM console: `acs:ram::<account ID>:role/<name in lower case>`.",),
        (STS_API,),
    ),
    Code(
        "AuthenticationFail.NoPermission",
        (403,),
        "The request is authenticated and not allowed.",
        ("The RAM user may not call this action of the token service.",),
        ("Grant the user AliyunSTSAssumeRoleAccess.",),
        (STS_API,),
    ),
)
