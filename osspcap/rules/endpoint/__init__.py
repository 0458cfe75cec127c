"""Requests sent to the wrong endpoint, or to the right one in the wrong way: rules END001 and up."""
