"""What programs are made of: pools of values, records, queries, faults, programs for a clause."""
