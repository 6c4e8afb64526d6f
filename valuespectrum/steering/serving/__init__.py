"""Interventions for servers that steer."""
