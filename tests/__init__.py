"""Tests mirror the package: `osspcap/tcp/reassembly.py` is tested in `tests/tcp/test_reassembly.py`."""
