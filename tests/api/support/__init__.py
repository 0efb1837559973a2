"""What the API tests share: clients, programs, comparisons. No tests in here."""
