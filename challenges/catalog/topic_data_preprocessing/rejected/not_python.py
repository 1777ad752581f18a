def clean(table)
    return table
