"""What is learnt from: drawn frames, questions with planted answers, captions and vectors, packed for a network."""
