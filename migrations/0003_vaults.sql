-- The read model of the collateral vault. Amounts are base units of the mint.

CREATE TYPE vault_transaction_kind AS ENUM ('deposit', 'withdraw');

CREATE TABLE vaults (
    address              pubkey PRIMARY KEY,
    owner                pubkey NOT NULL,
    mint                 pubkey NOT NULL,
    token_account        pubkey NOT NULL,
    total_balance        u64 NOT NULL,
    locked_balance       u64 NOT NULL,
    available_balance    u64 NOT NULL,
    total_deposited      u64 NOT NULL,
    total_withdrawn      u64 NOT NULL,
    created_at           timestamptz NOT NULL,
    created_slot         bigint NOT NULL,
    updated_at           timestamptz NOT NULL,
    updated_slot         bigint NOT NULL,
    CHECK (total_balance = locked_balance + available_balance),
    CHECK (total_balance = total_deposited - total_withdrawn)
);
CREATE INDEX vaults_owner ON vaults (owner);
CREATE INDEX vaults_newest ON vaults (created_slot DESC, address DESC);

CREATE TABLE vault_transactions (
    vault                pubkey NOT NULL REFERENCES vaults ON DELETE CASCADE,
    seq                  bigint NOT NULL,           -- of the event, in the vault's stream
    kind                 vault_transaction_kind NOT NULL,
    amount               u64 NOT NULL,
    total_balance        u64 NOT NULL,              -- after it
    at                   timestamptz NOT NULL,
    slot                 bigint NOT NULL,
    signature            tx_signature NOT NULL,
    PRIMARY KEY (vault, seq)
);
