"""What the signature of a request shows: rules SIG100 and up."""
