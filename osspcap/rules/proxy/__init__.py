"""Rules about what devices on the way did to a request or its answer."""
