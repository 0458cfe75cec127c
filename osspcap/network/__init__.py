"""Connections, datagrams and exchanges to what the network did: timing, attempts, endings. Sans-IO."""
