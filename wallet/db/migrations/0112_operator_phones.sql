-- Which operator a phone is, 0 when it was one's who left: every dial asks this, and two who hire one phone meet here.
CREATE TABLE operator_phones (
    phone    {{.Ascii 16}} NOT NULL PRIMARY KEY,
    operator {{.Int}}      NOT NULL
) {{.Clustered}}
