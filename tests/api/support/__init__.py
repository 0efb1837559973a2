"""What the API tests share: clients, answers, databases, mail. No tests in here."""

from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
