"""The weather over the city: imported or made up, limits of aircraft, go or no go before departure, delay where it helps."""
