"""AWS behind the ports: DynamoDB and S3 calls, their failures as domain errors; no rules."""
