"""Temporary credentials and the token service that issues them: rules STS001 and up."""
