"""Can this capture carry a diagnosis? Rules CAP001 and up."""
