"""Requests that a bucket's Referer list turns away: rules REF001 and up."""
