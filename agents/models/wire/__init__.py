"""Talking to a server of models: address, pace, one request, many."""
