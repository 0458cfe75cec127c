"""Media objects: container, codecs and layout, read from the first bytes that were captured. Never raises on bytes."""
