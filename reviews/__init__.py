"""What reviewers say of it: assignments, scores, decisions."""
