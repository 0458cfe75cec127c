"""What the documents that the rules come from describe, row by row, with the rule that tells it."""
