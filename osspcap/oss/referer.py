"""What a Referer would need on a bucket's list: the entries that match it, narrow and wide.

In: the text of a Referer. Out: `RefererParts`. Entries carry a scheme, `*` stands for any number of characters and `?`
for one; an entry `http://*.example.com` matches sub-domains and not `http://example.com` itself.

Source: OSS user guide 2022 in Chinese (E), hotlink protection; OSS API reference, PutBucketReferer.
"""

import re

from osspcap.model.pattern import pattern
from osspcap.model.record import record
from osspcap.oss.address import is_ip_address

MAX_REFERER_CHARS = 2_048
"""Of a Referer that is looked at; browsers send no longer ones (4096 bytes at most, then the origin alone)."""
_PARTS = pattern(r"(?:(https?)://)?([^/?#\s]+)", re.IGNORECASE)


@record
class RefererParts:
    """A Referer taken apart."""

    scheme: str
    """`http` or `https`; empty if it has none."""
    host: str
    """Host with port, lower case; empty if there is none."""

    @property
    def entries(self) -> tuple[str, ...]:
        """Entries that match, narrow ones first: the host under both schemes, then all its neighbours."""
        if not self.host:
            return ()
        name, _, port = self.host.partition(":")
        behind = f":{port}" if port else ""
        schemes = ("https", "http") if self.scheme == "https" else ("http", "https")
        found = [f"{scheme}://{self.host}" for scheme in schemes]
        labels = name.split(".")
        if len(labels) > 2 and not is_ip_address(name):
            found += [f"{scheme}://*.{'.'.join(labels[1:])}{behind}" for scheme in schemes]
        return tuple(found)


def split_referer(text: str) -> RefererParts:
    """Take a Referer apart; one that is no address has neither scheme nor host."""
    found = _PARTS.match(text.strip()[:MAX_REFERER_CHARS])
    if found is None:
        return RefererParts("", "")
    return RefererParts((found[1] or "").lower(), found[2].rpartition("@")[2].lower())
