"""TLS records and handshakes on byte streams. Sans-IO."""
