"""Packet tables to byte streams: connections, order, holes, timing. Sans-IO."""
