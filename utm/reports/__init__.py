"""The report of a day or month: what it says, and how it is drawn as a page and as a PDF."""
