package network

import (
	"bytes"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
)

func TestDocuments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		if got, err := n.Document(ctx, amina); err != nil || got.Operator != 0 {
			t.Errorf("before: %+v, %v", got, err)
		}
		first, next := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
		for _, kept := range []Document{
			{Operator: amina, Type: 1, Sealed: []byte("a"), Index: first}, {Operator: amina, Type: 1, Sealed: []byte("b"), Index: next},
			{Operator: otieno, Type: 1, Sealed: []byte("c"), Index: next},
		} {
			if code := n.commit(n.KeepDocument(kept)); code != "" {
				t.Fatal(code)
			}
		}
		got, err := n.Document(ctx, amina)
		if err != nil || string(got.Sealed) != "b" || !got.SetAt.Equal(noon) {
			t.Errorf("kept %+v, %v", got, err)
		}
		for index, want := range map[*byte]int{&first[0]: 0, &next[0]: 2} {
			found, err := n.WithDocument(ctx, bytes.Repeat([]byte{*index}, 32))
			if err != nil || len(found) != want {
				t.Errorf("with document %d: %+v, %v", *index, found, err)
			}
		}
	})
}

func TestManagers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		boss := worker(amina+100, kawa2, njeri, "+254712000031")
		boss.Role = Manager
		n.must(n.CreateOperator(boss))
		found, err := n.Managers(ctx, njeri)
		if err != nil || len(found) != 1 || found[0].ID != boss.ID {
			t.Errorf("managers %+v, %v", found, err)
		}
		for _, c := range []struct {
			operator, agent int64
			want            fault.Code
		}{{boss.ID, njeri, ""}, {boss.ID, omondi, fault.NotManager}, {amina, njeri, fault.NotManager}, {4711, njeri, fault.NotManager}} {
			if code := n.commit(n.Manages(c.operator, c.agent)); code != c.want {
				t.Errorf("%d for agent %d: %q, want %q", c.operator, c.agent, code, c.want)
			}
		}
		if code := n.commit(n.ChangeOperator(boss.ID, func(o *Operator) *fault.Error { o.Status = Suspended; return nil })); code != "" {
			t.Fatal(code)
		}
		if code := n.commit(n.Manages(boss.ID, njeri)); code != fault.OperatorSuspended {
			t.Errorf("suspended: %q", code)
		}
		if found, err := n.Managers(ctx, njeri); err != nil || len(found) != 0 {
			t.Errorf("managers %+v, %v", found, err)
		}
	})
}

func TestWhat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		for number, want := range map[int64]string{njeri: "agent:1002", kawa: "store:1010", kawa1: "till:1020", amina: "operator:1030", 4711: ":0"} {
			if got, err := n.What(ctx, number); err != nil || got.String() != want {
				t.Errorf("%d is %s, %v; want %s", number, got, err, want)
			}
		}
	})
}

func TestPainted(t *testing.T) {
	for code, want := range map[ShopCode]string{"110106": "110 106", "2010457": "201 0457", "20104570": "201 045 70", "123456789": "123 456 789"} {
		if got := code.Painted(); got != want {
			t.Errorf("%s is painted %s, want %s", code, got, want)
		}
	}
}
