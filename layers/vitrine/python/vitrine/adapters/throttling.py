"""Error codes with which AWS throttles a request."""

THROTTLING_CODES = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        # DynamoDB still carries out an earlier attempt of the same transaction.
        "TransactionInProgressException",
    }
)
"""Codes of DynamoDB and Parameter Store. A request may be sent again later."""
