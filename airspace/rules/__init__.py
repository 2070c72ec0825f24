"""The rules of Order 761 as data and arithmetic: its calendar, its classes of aircraft, who must apply and by when."""
