"""Measures what decryption costs, and compares with tshark on the same capture.

    python scripts/bench_tls.py                 100 MB of records in TLS 1.3, three rounds
    python scripts/bench_tls.py --suite ECDHE-ECDSA-CHACHA20-POLY1305 --rounds 5

The same conversations are generated twice, in clear and over TLS. The difference between the two runs of osspcap is the
price of TLS; tshark reads the capture with TLS and the same key log. All programs run in turn, and their processor
time is compared, which other work on the machine disturbs least; elapsed time is printed beside it. Exit 1 if a goal
is missed, 2 if tshark is absent.
"""

import argparse
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from ssl import TLSVersion

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.build.http import request, response  # noqa: E402 - found once the root is on the path
from tests.build.tls import Conversation, converse  # noqa: E402 - likewise
from tests.build.wire import Capture  # noqa: E402 - likewise

PROGRAM = [sys.executable, "-m", "osspcap", "analyze", "-q", "-f", "json"]
TSHARK_FIELDS = ("frame.number", "tcp.stream", "http.request.method", "http.request.uri", "http.response.code")
CONNECTIONS = 10
MAX_ADDED_S = 1.0
"""Seconds that decryption may add to 100 MB of records."""
MIN_RATIO = 3.0
"""How many times faster than tshark it has to be."""


def conversations(megabytes: int, suite: str | None) -> list[Conversation]:
    """Downloads and uploads in turn, of 0.1 to 1 MB."""
    rng = random.Random(20181229)
    body = rng.randbytes(1_000_000)
    left, made = megabytes * 1_000_000 // CONNECTIONS, []
    for _ in range(CONNECTIONS):
        say: list[tuple[int, bytes]] = []
        size = 0
        while size < left:
            part = body[: rng.randrange(100_000, 1_000_000)]
            upload = rng.random() < 0.5
            say.append((0, request("PUT" if upload else "GET", "/object", body=part if upload else b"")))
            say.append((1, response(body=b"" if upload else part)))
            size += len(part)
        version = TLSVersion.TLSv1_3 if suite is None else TLSVersion.TLSv1_2
        made.append(converse(maximum=version, ciphers=suite, say=say))
        made[-1].said = say  # type: ignore[attr-defined] # for the capture in clear
    return made


def write(path: Path, made: list[Conversation], *, clear: bool) -> Path:
    """Write the conversations as they were sent, or as they would have been in clear."""
    capture = Capture(step_ns=10_000)
    for number, conversation in enumerate(made):
        tcp = capture.tcp(sport=80 if clear else 443, cport=50_000 + number)
        tcp.handshake()
        for side, data in conversation.said if clear else conversation.flights:  # type: ignore[attr-defined]
            tcp.segments(side, data)
        tcp.close()
    return capture.write(path)


def seconds(command: list[str], out: Path) -> tuple[float, float]:
    """Run a program and return its processor time and how long it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with out.open("wb") as file:
        started = time.perf_counter()
        done = subprocess.run(command, stdout=file, stderr=subprocess.DEVNULL, check=False, cwd=ROOT)
        elapsed = time.perf_counter() - started
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} ended with {done.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, elapsed


def main() -> int:
    """Generate, measure and print."""
    parser = argparse.ArgumentParser(description="Measures what decryption costs, against tshark.")
    parser.add_argument("--megabytes", type=int, default=100, help="content of the records")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--suite", help="cipher suite of TLS 1.2 by its name in OpenSSL; TLS 1.3 without it")
    options = parser.parse_args()
    if shutil.which("tshark") is None:
        print("tshark is not installed", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="bench-tls-") as name:
        folder = Path(name)
        made = conversations(options.megabytes, options.suite)
        keylog = folder / "keys.log"
        keylog.write_bytes(b"".join(conversation.keylog for conversation in made))
        clear = write(folder / "clear.pcap", made, clear=True)
        sealed = write(folder / "tls.pcap", made, clear=False)
        del made
        tshark = ["tshark", "-n", "-r", str(sealed), "-o", f"tls.keylog_file:{keylog}", "-Y", "http", "-T", "fields"]
        for field in TSHARK_FIELDS:
            tshark += ["-e", field]
        commands = {
            "osspcap, in clear": [*PROGRAM, str(clear)],
            "osspcap, TLS without keys": [*PROGRAM, str(sealed)],
            "osspcap, TLS with keys": [*PROGRAM, str(sealed), "--keylog", str(keylog)],
            "tshark, TLS with keys": tshark,
        }
        times: dict[str, list[tuple[float, float]]] = {key: [] for key in commands}
        for _ in range(options.rounds):
            for key, command in commands.items():
                times[key].append(seconds(command, folder / "out"))
        medians = {key: statistics.median(used for used, _ in values) for key, values in times.items()}
        for key, median in medians.items():
            elapsed = statistics.median(taken for _, taken in times[key])
            print(f"{key:<28}{median:8.2f} s of processor time, {elapsed:.2f} s elapsed")
        added = (medians["osspcap, TLS with keys"] - medians["osspcap, in clear"]) * 100 / options.megabytes
        ratio = medians["tshark, TLS with keys"] / medians["osspcap, TLS with keys"]
        print(f"decryption adds {added:.2f} s per 100 MB (goal: at most {MAX_ADDED_S} s)")
        print(f"{ratio:.1f} times as fast as tshark (goal: at least {MIN_RATIO})")
        print(f"peak memory of the largest: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MiB")
    return int(added > MAX_ADDED_S or ratio < MIN_RATIO)


if __name__ == "__main__":
    sys.exit(main())
