"""The error catalogue: what each error code means, why it comes, what to do.

Entries are written for people who have the report in front of them and not the documentation. The tables lie in
`catalogue_data_*`, one file for each subject; a code stands in one of them only.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from osspcap.model.operation import CatalogueEntry
from osspcap.oss import (
    catalogue_data_access,
    catalogue_data_bucket,
    catalogue_data_object,
    catalogue_data_request,
    catalogue_data_sts,
)

_TABLES: Final = (
    catalogue_data_access,
    catalogue_data_request,
    catalogue_data_object,
    catalogue_data_bucket,
    catalogue_data_sts,
)

CATALOGUE: Final[Mapping[str, CatalogueEntry]] = MappingProxyType(
    {entry.code: entry for table in _TABLES for entry in table.ENTRIES}
)
"""Every known code, by name."""

# The token service spells some codes with a changing last part: `EntityNotExist.Role.<name>`.
_LONGEST_CODE: Final = max(len(code) for code in CATALOGUE)


def lookup(code: str) -> CatalogueEntry | None:
    """Return what is known of an error code; None if it is not in the catalogue.

    A code with parts (`InvalidAccessKeyId.NotFound`) that is not known in full is looked up without its last parts.
    """
    name = code.strip()[: _LONGEST_CODE + 64]
    while name:
        entry = CATALOGUE.get(name)
        if entry is not None:
            return entry
        name = name.rpartition(".")[0]
    return None
