-- After an upgrade, too large a share of the program's transactions fails.
ALTER TYPE alert_kind ADD VALUE 'failing_after_upgrade';
