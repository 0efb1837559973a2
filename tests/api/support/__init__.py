"""What the API tests share: clients, answers, databases, mail. No tests in here."""
