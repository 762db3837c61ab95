package webhook

import (
	"strings"
	"testing"
)

func TestNested(t *testing.T) {
	type payload struct {
		Results []struct {
			ID     string `json:"id"`
			Status struct {
				Name string `json:"name"`
			} `json:"status"`
		} `json:"results"`
	}
	var p payload
	wrong := Nested([]byte(`{"results":[{"id":"a","status":{"name":"X","more":[1,{"id":"b"}]}},{"id":"c"}],"colour":{"green":null}}`), &p)
	if wrong != nil || len(p.Results) != 2 || p.Results[0].Status.Name != "X" || p.Results[1].ID != "c" {
		t.Errorf("%+v, %v", p, wrong)
	}
	for body, field := range map[string]string{
		"": "body", "[]": "body", `{"a":1`: "body", `{"a":[1`: "body", `{} {}`: "body", "{\"a\":\"\xe9\"}": "body", `{"results":7}`: "body",
		`{"results":[{"id":"a","Id":"b"}]}`: "Id", `{"results":[],"RESULTS":[]}`: "RESULTS",
		`{"a":` + strings.Repeat("[", 50_000):                               "body",
		`{"a":` + strings.Repeat(`{"a":`, 7) + "1" + strings.Repeat("}", 8): "body",
	} {
		if wrong := Nested([]byte(body), &payload{}); wrong == nil || wrong.Field != field {
			t.Errorf("%.60q: %v", body, wrong)
		}
	}
}

// Whatever the bytes, they are read whole or refused, without a panic.
func FuzzNested(f *testing.F) {
	for _, seed := range []string{"", `{"a":[{"b":1}]}`, `{"a":1,"A":2}`, "{\"a\":\"\xff\"}", `{"a":[[[[[[[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var p map[string]any
		if wrong := Nested(body, &p); wrong != nil && len(wrong.Field)+len(wrong.Problem) > 200 {
			t.Errorf("%v", wrong)
		}
	})
}
