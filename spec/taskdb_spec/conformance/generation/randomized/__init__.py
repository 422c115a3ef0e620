"""Random programs: walks over what is stored, and many queries over few records."""
