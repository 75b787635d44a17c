"""What one campaign knows: its contacts, its record, its arguments. All data, read from its folder."""
