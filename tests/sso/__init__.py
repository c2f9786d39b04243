"""Tests of people of another site."""
