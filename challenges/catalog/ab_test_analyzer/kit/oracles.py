"""Where practise.py looks for the one who answers `ask`; it stands beside the utilities in properties.py."""

from properties import oracle as oracle
