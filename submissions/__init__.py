"""What an applicant hands in: documents, versions, checks, answers and the workflow."""
