package policy_test

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"steward/internal/policy"
)

func TestKeeperKeepsTheLastGoodSet(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"own.yaml": {Data: []byte("rules:\n" + body("own.rule"))}}
	var openErr error
	k := policy.NewKeeper(func() (fs.FS, error) { return files, openErr }, time.Now)
	good := k.Set()
	if good == nil || good.Rule("own.rule") == nil {
		t.Fatalf("the first load failed: %v", k.Problems())
	}
	for name, spoil := range map[string]func(){
		"a syntax error":        func() { files = fstest.MapFS{"own.yaml": {Data: []byte("rules: [")}} },
		"the directory is gone": func() { openErr = errors.New("gone") },
		"an included file gone": func() { files = fstest.MapFS{"own.yaml": {Data: []byte("include: [x.yaml]\nrules: []")}} },
		"a misspelt fact": func() {
			files = fstest.MapFS{"own.yaml": {Data: []byte(rule("item", "    condition: item.nme == ''"))}}
		},
		"a value that is no use": func() {},
	} {
		files, openErr = fstest.MapFS{"own.yaml": {Data: []byte("rules:\n" + body("own.rule"))}}, nil
		spoil()
		decisions := map[string]policy.Decision{}
		if name == "a value that is no use" {
			decisions["own.rule"] = policy.Decision{On: true, Parameters: map[string]any{"nope": 1}}
		}
		if problems := k.Reload(decisions); len(problems) == 0 || len(k.Problems()) == 0 {
			t.Errorf("%s: no problem reported", name)
		}
		if k.Set() != good {
			t.Errorf("%s: the set in force changed", name)
		}
	}
	files, openErr = fstest.MapFS{"own.yaml": {Data: []byte("rules:\n" + body("own.other"))}}, nil
	if problems := k.Reload(nil); len(problems) > 0 || k.Set().Rule("own.other") == nil || len(k.Problems()) > 0 {
		t.Errorf("a mended directory was not taken: %v", problems)
	}
}
