"""Checksums of both sides against the bytes in the capture: what changed on the way, and on which side of it."""
