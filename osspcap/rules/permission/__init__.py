"""Requests that keys, ACLs or policies do not allow: rules PRM001 and up."""
