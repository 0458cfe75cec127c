"""Byte streams to HTTP/1.x messages and exchanges (RFC 9112). Sans-IO; never raises on traffic."""
