"""期別調定: the instalments of a year, which always come to the amount of that year."""

from mocks.gyomu.clerk.work import Record, Values, Work, after

# The instalment for what is decided in between.
BETWEEN = "90"
FIRST, MORE, LESS, IN_BETWEEN, CANCELLED = "01", "02", "03", "04", "06"
DAYS_TO_PAY = 30


def instal(work: Work, linkage: str, key: Values, total: int, extra: Values) -> list[Record]:
    """Change the instalments of a notice so that they come to the total; the rows that were written."""
    rows = sorted(work.latest(linkage, **key), key=lambda row: row["kibetsu"])
    difference = total - sum(int(row["choteigaku"]) for row in rows)
    if rows and work.fault("instalments_not_corrected"):
        return []
    if difference > 0 or not rows:
        last = next((row for row in rows if row["kibetsu"] == BETWEEN), None)
        due = int(last["choteigaku"]) if last else 0
        cause = MORE if last else IN_BETWEEN
        return [_write(work, linkage, {**key, "kibetsu": BETWEEN}, due + difference, cause, extra)]
    written = []
    for row in reversed(rows):
        less = min(int(row["choteigaku"]), -difference)
        if less > 0:
            left, difference = int(row["choteigaku"]) - less, difference + less
            same_key = {**key, "kibetsu": row["kibetsu"]}
            written.append(_write(work, linkage, same_key, left, CANCELLED if left == 0 else LESS, {}))
    return written


def _write(work: Work, linkage: str, key: Values, due: int, cause: str, extra: Values) -> Record:
    form = work.ledger.series(linkage).linkage
    known = work.one(linkage, **key)
    today = work.today
    cells = {**extra, **key, "choteigaku": str(due), "choteijiyu": cause, "choteinengappi": today}
    if known is None:
        cells |= {"nokigen": after(today, DAYS_TO_PAY), "choteinendo": key["fukanendo"]}
    elif known["nokigen"] < today:
        cells |= {"nokigen": after(today, DAYS_TO_PAY)}
    parts = [name for name in form.header if name in PARTS]
    cells |= dict.fromkeys(parts, "0") | ({parts[0]: str(due)} if parts else {})
    own = {
        "koseizenchoteigaku": known["choteigaku"] if known else "",
        "fukakonkyokoseinengappi": today if known else "",
    }
    own |= {"tsuchinengappi": today}
    cells |= {name: value for name, value in own.items() if name in form.places}
    return work.write(linkage, {**(known or {}), **cells})


PARTS = (
    "choteigaku_shichosonminzei", "choteigaku_todofukenminzei", "choteigaku_shinrinkankyozei",
    "iryobungaku", "shienkinbungaku", "kaigobungaku",
)  # fmt: skip
