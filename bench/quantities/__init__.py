"""How well quantities are read from text: `python -m bench.quantities` measures it on labelled sentences."""
