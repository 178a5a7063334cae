"""Measurements: each of our numbers beside the floor it is compared with, in one run."""
