"""Event handlers of the picture pipeline: S3 notifications, DynamoDB Streams, CDN misses.

Events are delivered at least once and in any order, so every handler is idempotent. An event that
fails on every attempt goes to the dead-letter queue.
"""
