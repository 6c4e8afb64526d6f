"""What pictures differ in beside the value: brightness, colour, contrast, text, motion, faces, prettiness."""
