"""What storage events set off."""
