"""The ticket bundle: reports, request IDs and the smallest capture that shows the fault, in one archive."""
