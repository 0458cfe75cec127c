"""How a request says who sends it: the signature scheme and the access key ID, enough to list it.

Taking a signature apart and checking it is the business of `osspcap.oss.signing`; here a scheme is recognised and the
key ID is read, from header, query or form, in every layout that SDKs write.

Source: OSS API reference, "Add signatures to the header / to a URL", PostObject; layouts as oss2, gateway SDKs (comma
and blank, Signature first) and the Go, Java and Python V2 SDKs (comma only) send them.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from osspcap.model.operation import Scheme, SignatureSummary
from osspcap.model.pattern import pattern
from osspcap.oss.target import percent_decode

# Longer values are no access key IDs (RAM keys have 24 characters, STS keys about 30); they are cut to stay bounded.
MAX_KEY_ID_CHARS = 128
# Distinct key IDs remembered.
CACHED_KEYS = 1024

_V2_KEY = pattern(r"AccessKeyId\s*[:=]\s*([^,\s]+)", re.IGNORECASE)
_CREDENTIAL_KEY = pattern(r"Credential\s*[:=]\s*([^/,\s]+)", re.IGNORECASE)
_V4_PARTS = pattern(r"Signature\s*[:=]\s*[^,\s]", re.IGNORECASE)

OSS_SCHEMES = frozenset(
    {
        Scheme.V1_HEADER,
        Scheme.V1_URL,
        Scheme.V2_HEADER,
        Scheme.V2_URL,
        Scheme.V4_HEADER,
        Scheme.V4_URL,
        Scheme.POST_V1,
        Scheme.POST_V2,
        Scheme.POST_V4,
    }
)
"""Schemes that only OSS uses: a request that carries one is meant for OSS, whatever its host is called."""


def summarize_header(authorization: str) -> SignatureSummary | None:
    """Read an `Authorization` value; None if it is empty.

    A value of no scheme that OSS knows, or a mangled one, gives `Scheme.UNKNOWN` with the key ID if one can be read.
    """
    if not authorization:
        return None
    word, _, rest = authorization.partition(" ")
    rest = rest.strip()
    match word:
        case "OSS":
            key, colon, signature = rest.partition(":")
            complete = bool(colon and key and signature)
            return _summary(Scheme.V1_HEADER if complete else Scheme.UNKNOWN, key.strip())
        case "AWS":
            key, colon, _ = rest.partition(":")
            return _summary(Scheme.S3_HEADER if colon else Scheme.UNKNOWN, key.strip())
        case "OSS2":
            return _keyed(Scheme.V2_HEADER, _V2_KEY, rest)
        case "OSS4-HMAC-SHA256":
            return _keyed(Scheme.V4_HEADER, _CREDENTIAL_KEY, rest)
        case "AWS4-HMAC-SHA256":
            return _keyed(Scheme.S3_HEADER, _CREDENTIAL_KEY, rest)
        case _:
            return _mangled(authorization)


def summarize_query(query: Mapping[str, str]) -> SignatureSummary | None:
    """Read the signature parameters of a query (values as sent); None if it has none."""
    version = query.get("x-oss-signature-version", "")
    if version or "x-oss-signature" in query:
        if version == "OSS2":
            return _summary(Scheme.V2_URL, percent_decode(query.get("x-oss-access-key-id", "")))
        credential = percent_decode(query.get("x-oss-credential", ""))
        scheme = Scheme.V4_URL if version == "OSS4-HMAC-SHA256" and credential else Scheme.UNKNOWN
        return _summary(scheme, credential.partition("/")[0])
    if "OSSAccessKeyId" in query:
        complete = "Signature" in query and "Expires" in query
        return _summary(Scheme.V1_URL if complete else Scheme.UNKNOWN, percent_decode(query["OSSAccessKeyId"]))
    if "AWSAccessKeyId" in query:
        return _summary(Scheme.S3_URL, percent_decode(query["AWSAccessKeyId"]))
    if "X-Amz-Credential" in query:
        return _summary(Scheme.S3_URL, percent_decode(query["X-Amz-Credential"]).partition("/")[0])
    return None


def summarize_form(values: Mapping[str, str]) -> SignatureSummary | None:
    """Read the signature fields of a PostObject form; None for an anonymous one."""
    version = values.get("x-oss-signature-version", "")
    if version == "OSS2":
        return _summary(Scheme.POST_V2, values.get("x-oss-access-key-id", ""))
    if version or "x-oss-credential" in values:
        scheme = Scheme.POST_V4 if version == "OSS4-HMAC-SHA256" else Scheme.UNKNOWN
        return _summary(scheme, values.get("x-oss-credential", "").partition("/")[0])
    if "OSSAccessKeyId" in values or ("Signature" in values and "policy" in values):
        complete = all(values.get(name) for name in ("OSSAccessKeyId", "Signature", "policy"))
        return _summary(Scheme.POST_V1 if complete else Scheme.UNKNOWN, values.get("OSSAccessKeyId", ""))
    if "AWSAccessKeyId" in values:
        return _summary(Scheme.S3_URL, values["AWSAccessKeyId"])
    return None


def names_oss(authorization: str, query: Mapping[str, str]) -> bool:
    """Tell whether a request whose signature is mangled still asks OSS for something: the words are OSS's own."""
    return (
        authorization.startswith(("OSS ", "OSS2 ", "OSS4-"))
        or "OSSAccessKeyId" in query
        or "x-oss-signature-version" in query
        or "x-oss-signature" in query
    )


CALLBACK_SUMMARY = SignatureSummary(Scheme.CALLBACK_RSA, None)
"""Of every upload callback: signed by OSS with its own RSA key."""


def _keyed(scheme: Scheme, pattern: re.Pattern[str], rest: str) -> SignatureSummary:
    found = pattern.search(rest)
    if found is None or not _V4_PARTS.search(rest):
        return _summary(Scheme.UNKNOWN, found[1] if found else "")
    return _summary(scheme, found[1])


def _mangled(authorization: str) -> SignatureSummary:
    """Read what can be read of a header whose first word is no scheme: `oss ak:sig`, `OSS:ak:sig`, no blank behind."""
    found = _CREDENTIAL_KEY.search(authorization) or _V2_KEY.search(authorization)
    if found is not None:
        return _summary(Scheme.UNKNOWN, found[1])
    if authorization[:3].upper() != "OSS":
        return _summary(Scheme.UNKNOWN, "")  # Basic, Bearer: nothing of OSS's
    key, colon, _ = authorization[3:].lstrip(" :").partition(":")
    return _summary(Scheme.UNKNOWN, key.strip() if colon else "")


def _summary(scheme: Scheme, key: str) -> SignatureSummary:
    return _cached_summary(scheme, key[:MAX_KEY_ID_CHARS] or None)


@lru_cache(CACHED_KEYS)
def _cached_summary(scheme: Scheme, key: str | None) -> SignatureSummary:
    return SignatureSummary(scheme, key)
