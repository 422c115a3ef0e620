"""Deliberately broken stores: each breaks one clause of SPEC.md, and the suite has to say which.

`catalogue` collects them. They stand on `store.Store`, a store in small steps that conforms, and
each replaces one of the steps.
"""
