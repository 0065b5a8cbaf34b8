"""Before live work: reviewers score a prepared sample, and see how near they come to the levels agreed on it."""
