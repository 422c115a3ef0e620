"""First versions of the examples, each with faults that the suite finds. Do not copy them."""
