"""The commands and their options, one module per command group.

The modules import `operations` and `local` inside each command, because these load boto3, httpx and
the adapters, which takes a second; `vitrine --help` loads none of them.
"""
