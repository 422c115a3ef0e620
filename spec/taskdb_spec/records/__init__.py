"""Records: their fields, the value domain, the order of values, the refusals."""
