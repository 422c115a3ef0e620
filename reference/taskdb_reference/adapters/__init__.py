"""Adapters that put stores of other projects behind the interface of this one."""
