"""Signature schemes of OSS, one file each: what was signed, rebuilt from captured bytes."""
