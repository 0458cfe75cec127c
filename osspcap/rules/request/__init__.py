"""What OSS says is wrong with the request itself: rules REQ001 and up."""
