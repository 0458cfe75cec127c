"""The XML parser for documents of strangers: no entities, no network, no DTD, and as far as it gets."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree


def careful_parser(*, encoding: str | None = None, recover: bool = True) -> "etree.XMLParser":
    """Return a parser that fetches and expands nothing.

    Args:
        encoding: Takes the place of what the document declares; None to believe it.
        recover: Read a broken document up to its fault, and on behind it where that is possible.
    """
    from lxml import etree  # noqa: PLC0415 - healthy captures hold no document to parse

    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )
