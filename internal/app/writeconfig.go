package app

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/sim"
	"steward/internal/sim/world"
	"steward/internal/witness"
)

// writeConfig writes the configuration and its secrets, each with mode 0600.
func writeConfig(name string, w *world.World, at sim.Endpoints, listen string) error {
	dir := filepath.Dir(name)
	secrets := filepath.Join(dir, "secrets")
	if err := os.MkdirAll(secrets, 0o700); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The directory %s cannot be created.", secrets)
	}
	files := map[string]string{"sign-in": portalClientSecret}
	for _, a := range sim.DefaultApps(w) {
		files[a.Name] = a.Secret
	}
	for file, text := range files {
		if err := writePrivate(filepath.Join(secrets, file), text); err != nil {
			return err
		}
	}
	if err := ensureSigningKey(filepath.Join(secrets, "ledger.key")); err != nil {
		return err
	}
	if err := ensureApprovals(filepath.Join(dir, "approvals.yaml")); err != nil {
		return err
	}
	var text strings.Builder
	if err := standInConfig.Execute(&text, map[string]any{
		"At": at, "Listen": listen, "Apps": sim.DefaultApps(w), "World": w.Config(),
		"Name": strings.ToLower(w.Config().TenantName), "SignIn": portalClientID,
	}); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return writePrivate(name, text.String())
}

// standInConfig is the configuration of a portal over the stand-in. Paths are
// relative to the file.
var standInConfig = template.Must(template.New("portal.yaml").Parse(`# Written by portal simulate: fits the stand-in at {{.At.API}} and nothing else.
listen: {{.Listen}}
public_url: http://{{.Listen}}
data_dir: ./data
tenants:
  - name: {{.Name}}
    tenant_id: {{.World.TenantID}}
    cloud: custom
    endpoints:
      authority: {{.At.Authority}}
      api: {{.At.API}}
      fabric: {{.At.Fabric}}
      graph: {{.At.Graph}}
      resource: {{.At.Resource}}
    graph: true
    scanner:  {client_id: {{(index .Apps 0).ClientID}}, client_secret: "file:secrets/{{(index .Apps 0).Name}}"}
    executor: {client_id: {{(index .Apps 1).ClientID}}, client_secret: "file:secrets/{{(index .Apps 1).Name}}"}
    scan: {full: "0 2 * * 0", incremental: "*/30 * * * *", personal_workspaces: true, activity_days: 28, archive_days: 30}
sign_in:
  provider: entra
  issuer: {{.At.Issuer}}
  client_id: {{.SignIn}}
  client_secret: file:secrets/sign-in
  roles_claim: roles
  help: Ask the governance lead of the pretend company for a role.
# Everybody is one person at their own machine here: the defaults are 6 and 2.
limits: {exports_per_hour: 1000, exports_at_once: 4}
# Who must agree to what. Yours is kept when you change it.
approvals: ./approvals.yaml
ledger: {signing_key: "file:secrets/ledger.key", second_sink: "file:checkpoints/ledger.jsonl"}
`))

// standInEmergency lets people try the emergency access, which is off unless a
// file says otherwise.
const standInEmergency = `
# Somebody may have their own plans carried out before they are approved, for an
# hour at most, when another person has agreed to that; see docs/approvals.md.
emergency:
  longest: 60m
`

// ensureApprovals writes the built-in rules of approving with an emergency access
// once; what somebody made of them since is kept.
func ensureApprovals(name string) error {
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	return writePrivate(name, request.BuiltinApprovalsText()+standInEmergency)
}

func writePrivate(name, text string) error {
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The file %s cannot be written.", name)
	}
	return nil
}

// ensureSigningKey makes the ledger's key once; a second start keeps it, or
// the checkpoints of the first would no longer verify.
func ensureSigningKey(name string) error {
	_, err := witness.CreateKey(rand.Reader, name, "steward-stand-in")
	if fault.Is(err, fault.Conflict) {
		return nil // it is there
	}
	return err
}
