"""What the commands do to a deployed stack, on this machine or on AWS."""
