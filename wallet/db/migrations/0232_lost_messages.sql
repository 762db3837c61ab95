-- Which messages their phones did not get, as far as is known: few, so that who dials can be told without a search among all messages.
CREATE TABLE lost_messages (
    message {{.ID}}       NOT NULL PRIMARY KEY,
    phone   {{.Ascii 16}} NOT NULL
) {{.Clustered}}
