"""Who may do what: roles, passwords and codes. No SQL here (store/people.py), no page (web/)."""
