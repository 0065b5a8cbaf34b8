"""A demo term, played day by day through the same verbs that people's pages call."""
