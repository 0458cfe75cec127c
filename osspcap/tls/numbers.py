"""Assigned numbers of TLS: record and handshake types, versions, alerts, extensions.

Source: IANA "Transport Layer Security (TLS) Parameters"; RFC 8446 sections 4, 5.1, 6 and appendix B.
"""

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23

CLIENT_HELLO, SERVER_HELLO, NEW_SESSION_TICKET, END_OF_EARLY_DATA, ENCRYPTED_EXTENSIONS = 1, 2, 4, 5, 8
CERTIFICATE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE, CLIENT_KEY_EXCHANGE = 11, 13, 14, 16
FINISHED, KEY_UPDATE, COMPRESSED_CERTIFICATE = 20, 24, 25

SSL_30, TLS_10, TLS_11, TLS_12, TLS_13 = 0x0300, 0x0301, 0x0302, 0x0303, 0x0304

VERSIONS = {SSL_30: "SSL 3.0", TLS_10: "TLS 1.0", TLS_11: "TLS 1.1", TLS_12: "TLS 1.2", TLS_13: "TLS 1.3"}

SERVER_NAME, STATUS_REQUEST, EC_POINT_FORMATS, ALPN, STATUS_REQUEST_V2, SIGNED_CERTIFICATE_TIMESTAMP = (
    0,
    5,
    11,
    16,
    17,
    18,
)
ENCRYPT_THEN_MAC, EXTENDED_MASTER_SECRET, RECORD_SIZE_LIMIT, DELEGATED_CREDENTIALS, SESSION_TICKET = 22, 23, 28, 34, 35
PRE_SHARED_KEY, EARLY_DATA, SUPPORTED_VERSIONS, ENCRYPTED_CLIENT_HELLO, RENEGOTIATION_INFO = 41, 42, 43, 0xFE0D, 0xFF01

HELLO_RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""Random of a ServerHello that is a HelloRetryRequest (RFC 8446 section 4.1.3)."""

ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
    121: "ech_required",
}

CLOSE_NOTIFY, USER_CANCELED, NO_RENEGOTIATION = 0, 90, 100
