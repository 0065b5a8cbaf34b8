"""What is read in an uploaded document: small pure functions, from facts to findings."""
