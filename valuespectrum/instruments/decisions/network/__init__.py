"""LabelNet and RateNet: six ratings out of the states of a frozen encoder, and orders of actions out of ratings."""
