"""Rules on time: who held an exchange up."""
