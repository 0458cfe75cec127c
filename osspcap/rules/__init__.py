"""Judgements on facts: one rule a file, one folder a family."""
