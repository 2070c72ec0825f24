# ruff: noqa: PLR0917  (kernels take their arrays by position)
