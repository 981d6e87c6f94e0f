"""What all commands share at the terminal: progress, output, signals and failures."""
