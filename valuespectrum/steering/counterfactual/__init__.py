"""Answers rewritten until they show wanted values: attribution, deviation, concepts, prediction (COUPLE).

After Guo, Yao, Zhou, Yi and Xie (NeurIPS 2025, arXiv 2510.18526). Their prompts, their threshold and where their
relations and covariances come from were not published: words are ours, the threshold has to be given, and both
structures are measured or given.
"""
