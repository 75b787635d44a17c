"""Contact + record + template -> Letter -> bytes in one format each. Pure: values in, values out."""
