"""What can be earned, by which criteria: programs, badges, editions, rubrics, Word templates, awards."""
