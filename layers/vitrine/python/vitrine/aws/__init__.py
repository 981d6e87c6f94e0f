"""A small client of the AWS calls that functions make, because importing boto3 takes 150 ms.

It has boto3's methods, arguments, answers and errors, so adapters work over either.
"""
