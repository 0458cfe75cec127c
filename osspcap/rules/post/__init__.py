"""Forms (PostObject) that OSS refuses, and those that say what OSS does not read: rules PST001 and up."""
