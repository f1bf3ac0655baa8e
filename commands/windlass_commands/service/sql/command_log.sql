INSERT INTO command_log (action, caller, account, multisig, program, proposal, outcome, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7::command_outcome, $8)
