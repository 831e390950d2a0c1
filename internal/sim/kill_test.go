package sim_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/sim"
	"steward/internal/sim/world"
)

// childState names the state file of a stand-in that this test binary serves as a
// process of its own, to be killed.
const childState = "STANDIN_CHILD_STATE"

func serveChild(name string) {
	cloud := sim.New(sim.Config{World: world.New(world.Config{Seed: 1, Workspaces: 30}), Limits: sim.Off})
	if err := cloud.KeepState(name); err != nil {
		fmt.Println("bad:", err)
		return
	}
	at, err := cloud.Start("127.0.0.1:0")
	if err != nil {
		fmt.Println("bad:", err)
		return
	}
	fmt.Println(at.API)
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent has gone or kills it
}

// child is one life of the stand-in.
type child struct {
	cmd   *exec.Cmd
	api   string
	token string
}

func born(t *testing.T, state string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childState+"="+state)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "http") {
		t.Fatalf("the stand-in says %q, %v", line, err)
	}
	c := &child{cmd: cmd, api: strings.TrimSpace(line)}
	c.token = c.signIn(t)
	return c
}

func (c *child) die() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

func (c *child) signIn(t *testing.T) string {
	t.Helper()
	w := world.New(world.Config{Seed: 1, Workspaces: 30})
	app := sim.DefaultApps(w)[1]
	at := strings.TrimSuffix(c.api, "/powerbi")
	res, err := http.PostForm(at+"/"+w.Config().TenantID+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"},
		"client_id": {app.ClientID}, "client_secret": {app.Secret}, "scope": {"https://analysis.windows.net/powerbi/api/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || out.Token == "" {
		t.Fatalf("no token: %v", err)
	}
	return out.Token
}

func (c *child) ask(method, path string, body, into any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, c.api+"/v1.0/myorg/"+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != 200 {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return json.NewDecoder(res.Body).Decode(into)
}

func (c *child) named(name string) (int, error) {
	var list struct{ Value []struct{ ID string } }
	err := c.ask("GET", "groups?$filter="+url.QueryEscape("name eq '"+name+"'"), nil, &list)
	return len(list.Value), err
}

// ensure makes a workspace unless it is there, as a careful client does.
func (c *child) ensure(name string) error {
	n, err := c.named(name)
	if err != nil || n > 0 {
		return err
	}
	var made struct{ ID string }
	return c.ask("POST", "groups?workspaceV2=True", map[string]string{"name": name}, &made)
}

// TestKilledStandIn: however often the stand-in is killed in the middle of
// writes, what it has done stands in its journal once, and is there.
func TestKilledStandIn(t *testing.T) {
	t.Parallel()
	lives, each := 5, 12
	if os.Getenv("STEWARD_LONG") != "" {
		lives = 60
	}
	state := filepath.Join(t.TempDir(), "stand-in.json")
	var names []string
	for life := range lives {
		c := born(t, state)
		timer := time.AfterFunc(time.Duration(life*7+3)*time.Millisecond, func() { _ = c.cmd.Process.Kill() })
		for n := range each {
			name := fmt.Sprintf("Kill %d-%d", life, n)
			names = append(names, name)
			if err := c.ensure(name); err != nil && !errors.Is(err, io.EOF) {
				break
			}
		}
		timer.Stop()
		c.die()
	}
	c := born(t, state)
	defer c.die()
	for _, name := range names {
		if err := c.ensure(name); err != nil {
			t.Fatal(err)
		}
		if n, err := c.named(name); n != 1 || err != nil {
			t.Errorf("%s is there %d times, %v", name, n, err)
		}
	}
	c.writesOnce(t, names)
}

func (c *child) writesOnce(t *testing.T, names []string) {
	t.Helper()
	res, err := http.Get(strings.TrimSuffix(c.api, "/powerbi") + "/_sim/writes")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var writes []sim.Entry
	if err := json.NewDecoder(res.Body).Decode(&writes); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(writes, func(a, b sim.Entry) int { return int(a.Seq - b.Seq) }) {
		t.Error("the journal is out of order")
	}
	seen := map[string]int{}
	for _, w := range writes {
		if w.Outcome == 200 {
			seen[w.Body]++
		}
	}
	for _, name := range names {
		if n := seen[`{"name":"`+name+`"}`]; n != 1 {
			t.Errorf("%s was written %d times", name, n)
		}
	}
}
