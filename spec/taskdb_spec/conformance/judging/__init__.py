"""What a backend did, held against the model: which clauses agree, and which one is to blame."""
