"""Nine editable numbers in three rows, one value widget: the kernel of the filter playground."""

import ipywidgets as widgets
import traitlets

LARGEST = 99


class KernelGrid(widgets.GridBox):
    """A 3×3 table of number fields; `value` is the tuple of its nine numbers, row by row.

    The fields show at most three decimals; `value` keeps what it was set to.
    """

    value = traitlets.Tuple(default_value=(0.0,) * 9)

    def __init__(self, numbers):
        self._quiet = False
        self._fields = [self._field(place) for place in range(9)]
        layout = widgets.Layout(grid_template_columns="repeat(3, 70px)", overflow="visible")
        super().__init__(self._fields, layout=layout)
        self.value = tuple(map(float, numbers))

    @traitlets.observe("value")
    def _show(self, _):
        self._quiet = True
        try:
            for field, number in zip(self._fields, self.value, strict=True):
                field.value = round(number, 3)
        finally:
            self._quiet = False

    def _field(self, place):
        layout = widgets.Layout(width="68px", height="26px", margin="1px")
        tooltip = f"row {place // 3}, column {place % 3} of the kernel"
        field = widgets.BoundedFloatText(min=-LARGEST, max=LARGEST, step=1, layout=layout, tooltip=tooltip)
        field.observe(lambda change: self._edited(place, change["new"]), "value")
        return field

    def _edited(self, place, number):
        if not self._quiet:
            self.value = (*self.value[:place], float(number), *self.value[place + 1 :])
