"""Every kind of object whose detail tells abilities."""

from tests.access.of_calls import OF_CALLS
from tests.access.of_mandates import OF_MANDATES
from tests.access.of_people import OF_PEOPLE
from tests.access.of_powers import OF_POWERS

KINDS = (*OF_PEOPLE, *OF_POWERS, *OF_CALLS, *OF_MANDATES)
