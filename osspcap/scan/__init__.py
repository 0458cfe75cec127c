"""Directories of captures -> a store and one page: discovery, workers, store, results."""
