-- What a deal earned later than it was made, or lost again: by its customer's yes, or when it was undone. Below zero for what was lost.
CREATE TABLE deal_turns (
    deal         {{.ID}}    NOT NULL,
    state        {{.Small}} NOT NULL,
    kind         {{.Small}} NOT NULL,
    till         {{.Int}}   NOT NULL,
    amount       {{.Int}}   NOT NULL,
    earned       {{.Int}}   NOT NULL,
    earned_super {{.Int}}   NOT NULL,
    at           {{.Int}}   NOT NULL,
    day          {{.Int}}   NOT NULL,
    PRIMARY KEY (deal, state)
) {{.Clustered}}
