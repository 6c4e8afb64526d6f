"""What is looked at beside the values of a steered model: control, fluency, knowledge."""
