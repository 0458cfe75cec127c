"""Multipart uploads, followed from their start to their end: what was sent, what was claimed, what is left."""
