"""Cross-origin requests of browsers: what was asked, what the bucket allows, what a script may read."""
