"""ValuePilot (Luo et al., arXiv 2503.04569 and 2512.13716): decisions that follow six everyday values."""
