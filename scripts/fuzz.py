"""Damages the fixtures at random and runs the whole program on them; saves every file that breaks it.

    python scripts/fuzz.py --count 10000
    python scripts/fuzz.py --count 100 --seed 7 --keep broken/

The same seed gives the same files. Exit 1 if one of them raised anything but a refusal, took too long, or told
something else when it was read in pieces of another size.
"""

import argparse
import random
import sys
import tempfile
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.build.bounded import survives  # noqa: E402 - found once the root is on the path
from tests.build.cuts import SIZES, told  # noqa: E402 - likewise
from tests.build.mutations import mutate  # noqa: E402 - likewise

LARGEST_BYTES = 60_000
"""Fixtures above this size are left out: small files give more damage a second."""


def main() -> int:
    """Run and print a line for each failure."""
    parser = argparse.ArgumentParser(description="Runs the program on damaged captures.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where to save files that break the program")
    parser.add_argument("captures", type=Path, nargs="*", help="little-endian pcap files (default: the fixtures)")
    options = parser.parse_args()
    captures: list[Path] = options.captures or sorted((ROOT / "fixtures").glob("*.pcap"))
    originals = [data for data in (path.read_bytes() for path in captures) if len(data) <= LARGEST_BYTES]
    refused = failed = 0
    with tempfile.TemporaryDirectory(prefix="osspcap-fuzz-") as temporary:
        path = Path(temporary) / "damaged.pcap"
        for number in range(options.count):
            rng = random.Random(f"{options.seed}-{number}")
            data = mutate(rng, rng.choice(originals))
            path.write_bytes(data)
            try:
                refused += not survives(path)
                size = rng.choice(SIZES)
                if told(path, size) != told(path):
                    raise AssertionError(f"tells something else when it is read {size} bytes at a time")  # noqa: TRY301 - as any other
            except Exception as error:  # noqa: BLE001 - anything that comes through is a finding of this script
                failed += 1
                where = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{Path(where.filename).name}:{where.lineno}"
                print(f"seed {options.seed} number {number}: {type(error).__name__}: {error} at {place}")
                if options.keep is not None:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    (options.keep / f"{options.seed}-{number}.pcap").write_bytes(data)
    print(f"{options.count} damaged captures: {failed} broke the program, {refused} were refused, the rest analyzed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
