"""Facts that no campaign changes: countries, languages, hours."""
