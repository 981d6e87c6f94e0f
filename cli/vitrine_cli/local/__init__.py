"""A stack on this machine: an AWS emulator, the deployed template, and a proxy in front of both."""
