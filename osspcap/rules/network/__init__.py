"""Rules on connections: names, attempts, losses, and how exchanges broke off."""
