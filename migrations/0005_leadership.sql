-- Several indexers may run on one database, and one of them leads: only it follows the chain and writes.

-- Counts the leaders so far. A leader reads its own number again in each transaction: where another one is found, a
-- successor has taken over and nothing more is written.
CREATE TABLE leadership (
    single               boolean PRIMARY KEY DEFAULT true CHECK (single),
    epoch                bigint NOT NULL,
    led_since            timestamptz
);
INSERT INTO leadership (epoch) VALUES (0);
