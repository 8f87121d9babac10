"""nbgrader's settings for the course: run nbgrader in this folder, or in a folder that holds a copy of this file.

docs/teaching.md walks through it. The assignments are the weeks' folders in `notebooks/`, as they are.
"""

from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions

import cnncourse
from cnncourse.exercises import catalogue


class CourseStubs(ClearSolutions):
    """Put the stub into every exercise of the course, solved or not; treat other cells as nbgrader does."""

    def preprocess_cell(self, cell, resources, cell_index):
        part, _, name = cell.metadata.get("nbgrader", {}).get("grade_id", "").partition("-")
        if part != "exercise" or name not in catalogue():
            return super().preprocess_cell(cell, resources, cell_index)
        cell.source = catalogue()[name].stub
        return cell, resources


c = get_config()  # noqa: F821 (nbgrader defines it)
c.CourseDirectory.course_id = "cnncourse"
c.CourseDirectory.source_directory = str(Path(cnncourse.__file__).resolve().parents[1] / "notebooks")
c.GenerateAssignment.preprocessors = [
    CourseStubs if step is ClearSolutions else step for step in GenerateAssignment().preprocessors
]
c.OverwriteCells.add_missing_cells = True  # a check that a student deleted comes back and counts
c.Execute.timeout = 180  # seconds for a cell; the course's longest takes less than 60 on two cores
c.Execute.store_widget_state = False  # else a graded notebook holds every picture of its explorers, 30 MB for 1.2
