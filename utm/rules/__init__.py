"""The rule clock at work: applications to the outside authority, days filed under standing approvals, event reports."""
