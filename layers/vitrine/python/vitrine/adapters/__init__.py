"""Adapters: the ports implemented over AWS and HTTP. They map AWS errors to domain errors.

They contain no rules of the catalogue.
"""
