"""Strawberry's decorators, typed: its own return Any, which would leave every resolver unchecked."""

from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

Decorator = Callable[[Callable[..., Any]], StrawberryField]


def resolver(description: str) -> Decorator:
    """A field that a method answers."""
    decorator: Decorator = strawberry.field(description=description)
    return decorator


def subscription(description: str) -> Decorator:
    """A field that an async generator answers, again and again."""
    decorator: Decorator = strawberry.subscription(description=description)
    return decorator
