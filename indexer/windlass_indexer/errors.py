"""What can go wrong, as one tree, drawn here:

IndexerError
├── SettingsError            a setting is missing or means nothing
├── DatabaseUnreachable      PostgreSQL did not answer, or refused us
├── MigrationError           the tables are not the ones that this version makes
├── ChainMismatch            the node serves another chain than the tables are about
├── LeadershipLost           another indexer leads this database, or may lead it from now on
├── RebuildRefused           the read model cannot be rebuilt as things are; it is as it was
├── BackfillIncomplete       the node does not have all of a range
├── RpcError
│   ├── RpcUnreachable       no answer at all, or not a JSON-RPC one
│   └── RpcRefused           the node answered with a JSON-RPC error
├── WebhookFailed            a webhook did not take an alert
├── WebsocketRefused         the node's websocket does not take our subscriptions
└── TransactionMalformed     not a getTransaction result with encoding "json"
"""


class IndexerError(Exception):
    """Every error of the indexer. Its text is a sentence for the operator."""


class SettingsError(IndexerError):
    """A setting is missing or means nothing."""


class DatabaseUnreachable(IndexerError):
    """PostgreSQL did not answer, or refused the connection."""


class MigrationError(IndexerError):
    """The tables found are not the ones that this version makes."""


class ChainMismatch(IndexerError):
    """The node serves another chain than the one that the tables are about."""


class LeadershipLost(IndexerError):
    """Another indexer leads this database, or may lead it from now on: this one writes nothing more."""


class RebuildRefused(IndexerError):
    """The read model cannot be rebuilt as things are; it is as it was."""


class BackfillIncomplete(IndexerError):
    """The node does not have all of a range; what it has is read."""


class RpcError(IndexerError):
    """The node could not be asked."""


class RpcUnreachable(RpcError):
    """No answer came from the node, or one that is not JSON-RPC; worth trying again."""


class RpcRefused(RpcError):
    """The node answered with a JSON-RPC error: `code` and `message` as the node gave them."""

    def __init__(self, method: str, code: int, message: str) -> None:
        super().__init__(f"{method} was refused by the node: {message} (code {code})")
        self.method = method
        self.code = code
        self.message = message


class WebhookFailed(IndexerError):
    """A webhook did not take an alert, which is tried again; the text has neither its URL nor the secret."""


class WebsocketRefused(IndexerError):
    """The node's websocket does not take a subscription that the indexer needs."""


class TransactionMalformed(IndexerError):
    """What came is not a getTransaction result with encoding "json"."""
