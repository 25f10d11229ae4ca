"""What student code may not do, and who sees to it: detection of the means, one small module for each."""

from autograder.cage.cgroups import Group
from autograder.cage.confinement import Confinement
from autograder.cage.detection import Detection, detect
from autograder.cage.level import Level
from autograder.cage.place import Place

__all__ = ["Confinement", "Detection", "Group", "Level", "Place", "detect"]
