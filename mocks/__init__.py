"""Somebody to talk to: vendors' 031 (住登外者宛名番号管理) and 001 (住民基本台帳), conforming or wrong on purpose.

Nothing here imports the harness; what a vendor does is read from the official texts a second time, so that a
misreading of the judge does not hide in its counterpart.
"""
