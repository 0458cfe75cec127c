"""The command line: one file a command; parses options, calls the library, prints."""
