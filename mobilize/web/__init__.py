"""The web pages: parse a form, call one desk function, show. They touch no edge and hold no rule of the campaign."""
