"""The causal graph of Kang et al. (2025), made again from the tables that they published."""
