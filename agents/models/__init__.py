"""Models that answer: public ones by name, and simulated ones."""

from agents.models.registry import load_model, model_schemes

__all__ = ["load_model", "model_schemes"]
