"""031 住登外者宛名番号管理: numbering, 名寄せ, history, and the search of the basic information."""
