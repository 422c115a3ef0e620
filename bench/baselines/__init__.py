"""What the suite or a store is compared with."""
