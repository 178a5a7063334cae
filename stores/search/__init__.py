"""Search: one grammar, one parse tree, two engines behind one seam."""
