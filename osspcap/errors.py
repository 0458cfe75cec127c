"""What can go wrong with the user's files and options. Traffic never raises: it becomes an `Anomaly`.

    OsspcapError
    ├── UsageError                  options that contradict each other or cannot be obeyed
    ├── CaptureError                an input that cannot be read as a capture
    │   ├── UnreadableCaptureError  missing, a directory, no permission, I/O error
    │   ├── EmptyCaptureError       zero bytes
    │   ├── UnknownFormatError      not pcap, pcapng, gzip or zstd; names what it looks like
    │   ├── TruncatedCaptureError   ends before the first complete header: nothing to analyze
    │   └── CorruptCaptureError     lengths that no writer produces; carries the byte offset
    ├── OutputError                 the report cannot be written where it should go
    │   └── SecretInReportError     the finished report would show a secret; nothing was written
    └── InternalError               a defect of osspcap itself

Every message says what is wrong, where (file, offset), and what to do next, in one line.
"""


class OsspcapError(Exception):
    """Base of all errors that osspcap raises on purpose; the command line prints it and exits with 2."""


class UsageError(OsspcapError):
    """Options that cannot be obeyed."""


class CaptureError(OsspcapError):
    """An input that cannot be read as a packet capture."""


class UnreadableCaptureError(CaptureError):
    """The file is missing, is a directory, may not be read, or the device failed."""


class EmptyCaptureError(CaptureError):
    """The file has no bytes at all."""


class UnknownFormatError(CaptureError):
    """The first bytes belong to no capture format that osspcap reads."""


class TruncatedCaptureError(CaptureError):
    """The file ends inside its own header, so that not one packet can be read."""


class CorruptCaptureError(CaptureError):
    """A length in the file is one that no writer produces."""


class OutputError(OsspcapError):
    """A report cannot be written to the place asked for."""


class SecretInReportError(OutputError):
    """The last check found a known secret in the bytes of a report; nothing was written."""


class InternalError(OsspcapError):
    """A defect of osspcap; the message asks for a report."""
