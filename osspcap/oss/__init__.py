"""HTTP exchanges to OSS operations: endpoints, operations, errors, signatures, limits."""
