-- Null where there is no such table.
SELECT has_column_privilege(to_regclass('command_log'), 'action', 'INSERT')
