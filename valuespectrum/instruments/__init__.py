"""Complete procedures that yield a profile: what is asked, and how answers become a measurement."""
