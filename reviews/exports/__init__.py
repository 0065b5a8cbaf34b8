"""What admins take out of a cohort: sheets and archives, made by a worker, kept for a week, written down when read."""
