"""Make the report's font: the console's Noto Sans SC, joined from its pieces at regular weight.

    pip install "fonttools[woff]"
    python web/dev/make_report_font.py

PDFs must bring their font along, and the library that writes them takes one static TrueType file. Run again when the
package of the font changes; takes some minutes.
"""

import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parents[2]
PIECES = ROOT / "web/node_modules/@fontsource-variable/noto-sans-sc/files"
TARGET = ROOT / "utm/reports/font/NotoSansSC-Regular.ttf"
UNUSED = ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "VVAR", "STAT", "MVAR"]
NAMES = {1: "Noto Sans SC", 2: "Regular", 4: "Noto Sans SC Regular", 6: "NotoSansSC-Regular"}


def main() -> None:
    """Write the font."""
    seen: set[int] = set()
    with tempfile.TemporaryDirectory() as folder:
        pieces = []
        for path in sorted(PIECES.glob("*-wght-normal.woff2"), key=lambda path: (path.stem[13].isdigit(), path.stem)):
            font = TTFont(path)
            new = set(font.getBestCmap()) - seen
            if not new:
                continue
            seen |= new
            options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
            options.drop_tables += UNUSED
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=new)
            subsetter.subset(font)
            font = instancer.instantiateVariableFont(font, {"wght": 400})
            pieces.append(f"{folder}/{path.stem}.ttf")
            font.save(pieces[-1])
        joined = Merger(options=Options(drop_tables=UNUSED)).merge(pieces)
    for record in joined["name"].names:
        record.string = NAMES.get(record.nameID, record.string)
    joined.save(TARGET)


if __name__ == "__main__":
    main()
