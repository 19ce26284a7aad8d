"""What travels between broker, browser and endpoint: pure values and their encoding."""
