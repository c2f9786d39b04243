"""Attacks, and the rules that stop them."""
