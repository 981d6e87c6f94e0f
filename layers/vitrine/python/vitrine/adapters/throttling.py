"""Error codes with which AWS throttles a request, or fails to carry it out."""

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

FAILURE_CODES = frozenset({"InternalServerError", "ServiceUnavailable"})
"""Codes of DynamoDB's own failures, which have nothing to do with the request."""
