"""Builders of wire bytes: a test reads as a conversation and starts from packets."""
