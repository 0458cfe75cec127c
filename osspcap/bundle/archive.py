"""The archive: reports, request IDs, the capture of the findings, and a manifest that says what each is.

In: a view of a report and the evidence. Out: the bytes of a zip file, the same for the same input.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from osspcap._version import __version__
from osspcap.bundle.evidence import Evidence
from osspcap.report.reporters import Layout, encoded, reporter
from osspcap.report.requestids import write_request_ids
from osspcap.report.view import ReportView

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Earliest time that a zip file can state: the archive depends on nothing but its contents."""
_REPORTS = {"report.html": "html", "report.md": "markdown", "report.json": "json"}
_PURPOSES = {
    "report.html": "the report, for a browser; opens nothing from outside",
    "report.md": "the report, to paste into a ticket",
    "report.json": "the report, for programs",
    "request-ids.csv": "every request to OSS with its time, status, error code and request ID",
    "evidence.pcapng": "the packets of the connections that findings name, for Wireshark",
}


def bundle_files(view: ReportView, evidence: Evidence | None) -> dict[str, bytes]:
    """Return the files of a bundle by name, without the manifest."""
    files = {name: b"".join(map(encoded, reporter(kind)(iter((view,)), Layout()))) for name, kind in _REPORTS.items()}
    files["request-ids.csv"] = "".join(write_request_ids(view)).encode("utf-8", "backslashreplace")
    if evidence is not None:
        files["evidence.pcapng"] = evidence.content
    return files


def manifest(view: ReportView, files: Mapping[str, bytes], evidence: Evidence | None, masked: list[str]) -> bytes:
    """Return the manifest: what each file is for, its digest, and what was masked or left out."""
    capture = view.capture
    content: dict[str, Any] = {
        "tool": {"name": "osspcap", "version": __version__},
        "capture": {"name": capture.path.replace("\\", "/").rpartition("/")[2], "sha256": capture.sha256},
        "verdict": view.verdict,
        "files": [
            {
                "name": name,
                "purpose": _PURPOSES[name],
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
            for name, data in sorted(files.items())
        ],
        "masked": masked,
    }
    if evidence is not None:
        content["evidence"] = {
            "original_streams": list(evidence.streams),
            "packets": evidence.packets,
            "secrets_replaced": evidence.masked,
            "payload_bytes_left_out": evidence.left_out_bytes,
            "fragmented_packets_left_out": evidence.fragments,
            "holds_tls_keys": evidence.has_keys,
            "notes": list(evidence.notes),
        }
    return (json.dumps(content, indent=2, ensure_ascii=True) + "\n").encode()


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of the files, in order of their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()
