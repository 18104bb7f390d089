"""For the site: "Call arguments" of a docstring is a list of arguments, as "Args" is."""

import griffe


class CallArguments(griffe.Extension):
    """Names the section in the way that griffe knows."""

    def on_object(self, *, obj, **_):
        if obj.docstring:
            given, known = "\nCall arguments:\n", "\nOther Parameters: Call arguments:\n"
            obj.docstring.value = obj.docstring.value.replace(given, known)
