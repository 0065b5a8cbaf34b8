"""One mapping of an edition's file, checked by the rules of the models; what is wrong is collected."""

from difflib import get_close_matches

import yaml
from django.core.exceptions import ValidationError

from .shape import FIELDS, default, name_of, plain

SENTENCES = {
    "required": "is missing; write it",
    "blank": "is empty; write it",
    "null": "is empty; write it",
    "invalid_choice": "has to be one of: {choices}",
    "max_length": "is too long; use at most {limit} signs",
    "min_value": "is too small",
    "max_value": "is too large",
    "invalid": "cannot be read; {kind}",
}


DEEPEST = 12  # an edition's file nests eight


class Faults(list):
    def add(self, file, key, sentence, *, line=None):
        place = f"{file}, line {line}" if line else file
        self.append(f"{place}: {key} {sentence}." if key else f"{place}: {sentence}.")


class Block:
    """One mapping of a file: hands out what it holds and tells what it should not hold."""

    def __init__(self, data, file, where, faults):
        self.file, self.where, self.faults, self.taken = file, where, faults, set()
        self.data = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            faults.add(file, where, "has to be a list of “key: value” lines")

    def fault(self, key, sentence):
        line = self.data.line_of(key) if isinstance(self.data, Lined) else None
        self.faults.add(self.file, f"{self.where}.{key}" if self.where else key, sentence, line=line)

    def take(self, key, otherwise=None):
        self.taken.add(key)
        value = self.data.get(key, otherwise)
        return otherwise if value is None else value

    def row(self, model, **given):
        """The plain fields of a row, checked by the rules of its model."""
        fields = [field for field in FIELDS[model] if field not in given]
        found = {field: self._scalar(model, field) for field in fields}
        row = model(**found, **given)
        others = {field.name for field in model._meta.fields} - set(FIELDS[model])
        try:
            row.clean_fields(exclude=others)
        except ValidationError as problem:
            for field, errors in problem.error_dict.items():
                self.fault(name_of(field), _sentence(model._meta.get_field(field), errors[0].code))
        return plain(row)

    def _scalar(self, model, field):
        name = name_of(field)
        if name not in self.data:
            self.taken.add(name)
            return default(model, field)
        value = self.take(name, default(model, field))
        if isinstance(value, (list, dict)):
            self.fault(name, "has to be a single value; put texts with a colon in quotes")
            return default(model, field)
        return value.strip() if isinstance(value, str) else value

    def texts(self, key):
        """A list of texts."""
        value = self.take(key, [])
        if not isinstance(value, list) or any(isinstance(item, (list, dict)) for item in value):
            self.fault(key, "has to be a list: [one, two]")
            return []
        return [str(item).strip() for item in value]

    def blocks(self, key):
        """A list of mappings."""
        value = self.take(key, [])
        if not isinstance(value, list):
            self.fault(key, "has to be a list, each entry beginning with “- ”")
            return []
        place = f"{self.where}.{key}" if self.where else key
        return [Block(item, self.file, f"{place}[{n}]", self.faults) for n, item in enumerate(value, start=1)]

    def block(self, key):
        return Block(self.take(key, {}), self.file, f"{self.where}.{key}" if self.where else key, self.faults)

    def beside(self, data):
        """Another mapping told of under this one's name."""
        return Block(data, self.file, self.where, self.faults)

    def done(self):
        """Tell of every key that nobody asked for."""
        for key in self.data:
            if key not in self.taken:
                near = get_close_matches(str(key), self.taken, n=1)
                self.fault(key, f"is not known here; did you mean “{near[0]}”?" if near else "is not known; remove it")


def _sentence(field, code):
    choices = ", ".join(str(value) for value, _ in field.choices or ())
    kind = "write a number" if "Integer" in field.get_internal_type() else "write it in its usual form"
    return SENTENCES.get(code, SENTENCES["invalid"]).format(choices=choices, limit=field.max_length, kind=kind)


class Lined(dict):
    """A mapping that knows in which line of its file each key stands, and where it begins."""

    def __init__(self, node):
        super().__init__()
        self.begins = node.start_mark.line + 1
        self.lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}

    def line_of(self, key):
        return self.lines.get(str(key), self.begins)


class Loader(yaml.CSafeLoader):
    """YAML that does not let a key stand twice."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"the key “{key}” stands twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def _lined(loader, node):
    data = Lined(node)
    yield data
    data.update(loader.construct_mapping(node))


Loader.add_constructor("tag:yaml.org,2002:map", _lined)


def parse(text):
    """What a YAML file says. Raises: yaml.YAMLError, also for what only a trap would hold: echoes and deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise _trap("“*” repeats another part; write it out", event)
        if depth > DEEPEST:
            raise _trap("it is nested too deeply", event)
    return yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader


def _trap(problem, event):
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
