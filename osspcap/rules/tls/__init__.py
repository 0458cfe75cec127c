"""Rules about TLS: what the handshake shows, and what keeps the contents closed."""
