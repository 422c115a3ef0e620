"""Example backends: each module is a store on one library, in one file that you can copy."""
