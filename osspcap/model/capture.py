"""What is known of a capture file as a whole, apart from its connections."""

from dataclasses import field

from osspcap.model.datagrams import Datagram
from osspcap.model.record import growing_record, record
from osspcap.units import FrameNumber, Nanoseconds


@record
class FrameCount:
    """How many packets share a property, and the first that has it."""

    count: int
    first_frame: FrameNumber


BUNDLE_APPLICATION = "osspcap bundle"
"""Starts the name of the application in captures that were cut on purpose, to keep contents out of them."""


@growing_record
class CaptureInfo:
    """Facts of one capture file; the capture stage fills it while it reads and it is complete afterwards."""

    path: str
    """As the user gave it; `-` for standard input."""
    format: str = ""
    """`pcap` or `pcapng`."""
    compression: str | None = None
    """`gzip`, `zstd` or None."""
    sha256: str = ""
    """Of the file as it lies on disk (compressed if it is); lower-case hex."""
    link_types: list[str] = field(default_factory=list)
    """Link-layer types in order of appearance, by their tcpdump names: `EN10MB`, `LINUX_SLL2`, `RAW`."""
    snaplen: int | None = None
    """Largest snap length stated in the file; None where the file states none (0)."""
    packets: int = 0
    """Packets in the file, of any protocol."""
    captured_bytes: int = 0
    """Captured bytes of all packets."""
    first_packet_ns: Nanoseconds | None = None
    """Time of the first packet in the file."""
    last_packet_ns: Nanoseconds | None = None
    """Latest time in the file."""
    tcp_packets: int = 0
    """Packets decoded down to TCP."""
    truncated_at: int | None = None
    """Byte offset (after decompression) where the file breaks off inside a record; None if it ends cleanly."""
    truncation: str = ""
    """What was cut, in words; empty if nothing was."""
    snaplen_cut: FrameCount | None = None
    """TCP packets whose payload was cut by the snap length."""
    undecoded: dict[str, FrameCount] = field(default_factory=dict)
    """Packets whose link layer or encapsulation is not decoded, by a readable reason: `link type 147 (USER0)`."""
    other_protocols: dict[str, FrameCount] = field(default_factory=dict)
    """Packets understood but not TCP, by name: `UDP`, `ICMP`, `ARP`."""
    time_reversals: FrameCount | None = None
    """Packets stamped more than 1 s before the packet in front of them."""
    implausible_times: FrameCount | None = None
    """Packets stamped before 2000-01-01."""
    datagrams: list[Datagram] = field(default_factory=list)
    """DNS messages over UDP and ICMP errors; first 5,000."""
    decryption_secrets: list[bytes] = field(default_factory=list)
    """TLS key logs from pcapng Decryption Secrets Blocks; never shown in a report."""
    application: str = ""
    """Program that wrote the file, as a pcapng section header states it (shb_userappl); empty if none does."""
    interface_names: list[str] = field(default_factory=list)
    """pcapng `if_name` options, in order; empty for pcap."""
