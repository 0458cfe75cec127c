"""JSON Schemas of what osspcap writes, as files beside this one; `osspcap schema` prints them."""
