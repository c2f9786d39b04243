"""People talk without a pause while something breaks: `make faults` counts what was lost, which must be nothing."""
