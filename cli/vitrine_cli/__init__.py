"""The `vitrine` command: a local stack for development, and tools for operators.

Four packages, each of which imports only those below it: `commands` (what the terminal shows, one
module per command group), `operations` (what the commands do to a deployed stack), `local` (a stack
on this machine), `ui` (progress, output, signals and failures).
"""
