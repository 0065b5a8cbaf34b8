"""Files that went through real programs, or through an imitation of their habits: every answer comes back."""
