"""The users that the benchmarks use."""

from tests.harness.population import Person

NEW = Person(1)
FEW = Person(2, workouts=5)
USUAL = Person(3, workouts=500)
MANY = Person(4, workouts=20000)
INACTIVE = Person(5)
EXPORTED = Person(6, workouts=2000)
# Requests that wait are read together, and each account only once: a
# crowd, so that most are of different accounts.
NEW_CROWD = [Person(number) for number in range(200, 264)]
USUAL_CROWD = [Person(number, workouts=500) for number in range(300, 364)]
UPLOADERS = [Person(number) for number in range(100, 116)]
ALL = [NEW, FEW, USUAL, MANY, INACTIVE, EXPORTED, *NEW_CROWD, *USUAL_CROWD, *UPLOADERS]

PROBED = 990  # number of users, spread over the whole table
FIRST_PROBED = 11
