"""Byte streams to HTTP/2 messages and exchanges (RFC 9113). Sans-IO; never raises on traffic."""
