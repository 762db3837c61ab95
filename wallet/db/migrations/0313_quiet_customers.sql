-- Which customers want no more messages but those about their money, since when; 0 for who takes them again.
CREATE TABLE quiet_customers (
    customer {{.ID}}  NOT NULL PRIMARY KEY,
    since    {{.Int}} NOT NULL
) {{.Clustered}}
