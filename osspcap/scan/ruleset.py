"""The version of a rule set: equal if and only if equal captures give equal findings.

It is derived from the rules chosen (codes, names) and from every source file that takes part: rules, the stages whose
facts they read, masking, reports. So nobody has to count it up, and a result can never pass for one of other rules.
Cost: some 2 MB are hashed, once in a scan; 10 ms.
"""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from osspcap.rules.registry import select_rules
from osspcap.tls.keylog import NO_KEYS, KeyLog

NO_PART = frozenset({"cli", "__pycache__"})
"""Folders of the package without influence on findings."""
SHOWN_DIGITS = 16


def rule_set_version(select: Sequence[str] = (), ignore: Sequence[str] = (), key_log: KeyLog = NO_KEYS) -> str:
    """Return the version of the chosen rules as 16 hexadecimal digits; lent keys, which show them more, are part of it.

    Raises:
        UsageError: A choice matches no rule.
    """
    chosen = [(rule.code, rule.name) for rule in select_rules(select, ignore)]
    version = version_of(files("osspcap"), chosen)
    if not len(key_log):
        return version
    return sha256(b"\0".join([version.encode(), *sorted(key_log.texts())])).hexdigest()[:SHOWN_DIGITS]


def version_of(package: Traversable, chosen: Sequence[tuple[str, str]]) -> str:
    """Return the version of rules whose program lies in a folder."""
    digest = sha256(json.dumps(list(chosen)).encode())
    for name, content in _sources(package, ""):
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:SHOWN_DIGITS]


def _sources(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name not in NO_PART:
                yield from _sources(entry, f"{prefix}{entry.name}/")
        elif not entry.name.endswith((".pyc", ".typed")):
            yield prefix + entry.name, entry.read_bytes()
