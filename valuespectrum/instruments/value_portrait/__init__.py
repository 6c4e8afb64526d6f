"""Value Portrait (Han et al., ACL 2025): whether responses to everyday questions are like one's own thoughts."""
