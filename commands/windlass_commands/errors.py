"""What can go wrong for an operator, as one tree.

    CommandError                    shown as one sentence, exit code 1
    ├── UsageProblem                the command line or a file it names is wrong, exit code 2
    │   ├── KeypairUnusable
    │   └── ConfigUnusable
    ├── RpcError
    │   ├── RpcUnreachable          nobody answers, or not as a Solana node does
    │   └── RpcRefused              the node answered with a JSON-RPC error
    ├── AccountMissing              an address holds nothing, or something else than asked for
    ├── Refused                     what was asked for breaks a rule; nothing has changed
    │   └── TransactionRefused      the program (simulated or executed) said no
    ├── TransactionExpired          its blockhash ran out before any node confirmed it
    ├── MigrationIncomplete         some accounts were refused; the others are done
    ├── LayoutUnsafe                a new release would corrupt accounts of the old one
    ├── UploadIncomplete            some chunks of a buffer did not arrive
    ├── ProcessFailed               a process that `windlass dev` runs ended or never became ready
    ├── RequestsNotLogged           the command service cannot add to its log
    └── StoryBroken                 a step of `windlass demo` did not come out as told

Every message is a sentence that says what was expected, what came and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from solders.pubkey import Pubkey
from solders.signature import Signature


class CommandError(Exception):
    """The base of everything that is told to the operator without a traceback."""

    exit_code = 1

    @property
    def kind(self) -> str:
        """The name that `--json` output gives this error."""
        return type(self).__name__

    @property
    def details(self) -> Mapping[str, Any]:
        """What `--json` output says of it besides its kind and message."""
        return {}


class UsageProblem(CommandError):
    """The command line, or a file it names, is not what the command needs."""

    exit_code = 2


class KeypairUnusable(UsageProblem):
    """A keypair file is missing, unreadable, or holds no keypair."""


class ConfigUnusable(UsageProblem):
    """Solana's config.yml cannot be read."""


class RpcError(CommandError):
    """The base of what an RPC node, or the way to it, gets wrong."""


class RpcUnreachable(RpcError):
    """Nobody answers at the RPC address, or not as a Solana node does."""


class RpcRefused(RpcError):
    """The node answered with a JSON-RPC error."""

    def __init__(self, message: str, code: int, data: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class AccountMissing(CommandError):
    """An address holds nothing, or something else than what was asked for."""


class Refused(CommandError):
    """What was asked for breaks a rule; nothing has changed on chain."""


@dataclass(frozen=True)
class Rejection:
    """Why a transaction failed, as far as the chain's answer tells.

    `error` is the transaction error in Solana's JSON form; `code` is the custom error's number, if it is one, and
    `program` the program that returned it; `name` is set where an IDL knows that number. `signature` is set where the
    transaction is on chain as failed, and not where it was only simulated.
    """

    error: object
    logs: list[str] = field(default_factory=list)
    instruction: int | None = None
    code: int | None = None
    program: Pubkey | None = None
    name: str | None = None
    message: str = ""
    signature: Signature | None = None


class TransactionRefused(Refused):
    """The chain refused a transaction, in simulation or when it was executed."""

    def __init__(self, sentence: str, rejection: Rejection) -> None:
        super().__init__(sentence)
        self.rejection = rejection

    @property
    def kind(self) -> str:
        return self.rejection.name or type(self).__name__


class TransactionExpired(CommandError):
    """A transaction's blockhash ran out before any node confirmed it; it can no longer land."""


class Detailed(CommandError):
    """The base of what `--json` output says more of."""

    def __init__(self, message: str, details: Mapping[str, Any]) -> None:
        super().__init__(message)
        self._details = details

    @property
    def details(self) -> Mapping[str, Any]:
        return self._details


class MigrationIncomplete(Detailed):
    """Some of many accounts were refused. The others are done, and stay so."""


class LayoutUnsafe(Detailed):
    """A new release would corrupt accounts of the old one."""


class UploadIncomplete(CommandError):
    """Some chunks of a buffer did not arrive; the same command writes only those again."""


class ProcessFailed(CommandError):
    """A process that `windlass dev` runs ended, or never became ready."""


class RequestsNotLogged(CommandError):
    """The command service cannot note a request in its log, so it does not answer it."""


class StoryBroken(CommandError):
    """A step of `windlass demo` did not come out as told."""
