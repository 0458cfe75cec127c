"""Message contents, whatever version of HTTP frames them: windows, codings, digests. Sans-IO, never raises."""
