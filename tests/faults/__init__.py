"""People who never stop talking, while something breaks: `make faults` tells what was lost. Nothing may be."""
