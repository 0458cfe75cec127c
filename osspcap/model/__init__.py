"""Frozen facts that pass between the stages: no I/O, no parsing beyond splitting header lines."""
