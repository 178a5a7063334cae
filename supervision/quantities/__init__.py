"""Quantities that a case's texts state: reading them, and weighing them against those an agency states."""
