"""A finished report to text, JSON and other formats; sorting and masking happen once, in view."""
