"""A cohort of any size, made in bulk, and what its pages cost. Nothing of it was handed in by anybody."""
