"""Reach: duty staff told outside the console, by webhook, e-mail, text message, DingTalk or WeCom."""
