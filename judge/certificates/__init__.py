"""Certificates of results: Open Badges 3.0, signed by this deployment, verifiable by anybody, revocable.

signing     bytes and keys: Data Integrity with eddsa-jcs-2022, and the same credential as a JWT
credential  what a certificate says
register    who gets one, which ones are revoked, and what is true of one that somebody shows
"""
