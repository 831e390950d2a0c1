package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"steward/internal/fault"
	"steward/internal/secret"
)

// Source says where a configuration comes from. Later parts win over earlier
// ones: file, then environment, then flags.
type Source struct {
	// File is the YAML file; empty for none.
	File string
	// Environ is the process environment as KEY=VALUE lines.
	Environ []string
	// Set are overrides by key path, such as tenants.0.scan.full, from flags.
	Set []Override
}

// Override is one value for one key.
type Override struct{ Key, Value string }

// Load reads, overlays, completes and checks a configuration. Every error is
// Invalid, names the key or line and says what to write instead.
func Load(src Source) (*Config, error) {
	root := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	if src.File != "" {
		var err error
		if root, err = readFile(src.File); err != nil {
			return nil, err
		}
	}
	overrides, err := fromEnvironment(src.Environ)
	if err != nil {
		return nil, err
	}
	for _, o := range append(overrides, src.Set...) {
		if err := set(root, o); err != nil {
			return nil, err
		}
	}
	cfg, err := decode(root, src.File)
	if err != nil {
		return nil, err
	}
	cfg.complete()
	if src.File != "" {
		cfg.underDir(filepath.Dir(src.File))
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	return cfg, nil
}

func readFile(name string) (*yaml.Node, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The configuration file %s cannot be read: %v.", name, reason(err))
	}
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}, nil
		}
		return nil, fault.Wrap(err, fault.Invalid, "The configuration file %s is not valid YAML: %v.", name, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fault.New(fault.Invalid, "The configuration file %s must be a mapping of keys; see the example in docs/install.md.", name)
	}
	return doc.Content[0], nil
}

// decode turns the tree into a Config and refuses keys that do not exist.
func decode(root *yaml.Node, file string) (*Config, error) {
	text, err := yaml.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("encode configuration: %w", err)
	}
	// Unknown keys are looked up in the tree, which still has the file's
	// lines; the decoder below sees a text of our own making.
	if err := checkKeys(root, file); err != nil {
		return nil, err
	}
	var cfg Config
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&cfg); err != nil && !errors.Is(err, io.EOF) {
		return nil, fault.Wrap(err, fault.Invalid, "The configuration cannot be read: %s.", decodeReason(err))
	}
	return &cfg, nil
}

// decodeReason keeps the type error of the decoder and drops its line, which
// counts in a text the reader never saw.
func decodeReason(err error) string {
	var te *yaml.TypeError
	if !errors.As(err, &te) {
		return err.Error()
	}
	out := make([]string, 0, len(te.Errors))
	for _, e := range te.Errors {
		if _, rest, ok := strings.Cut(e, ": "); ok && strings.HasPrefix(e, "line ") {
			e = rest
		}
		out = append(out, e)
	}
	return strings.Join(out, "; ")
}

func reason(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// complete fills in defaults.
func (c *Config) complete() {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8080"
	}
	if c.PublicURL == "" {
		c.PublicURL = "http://" + c.Listen
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.DataDir == "" {
		c.DataDir = "./data"
	}
	if c.SignIn.Provider == "" {
		c.SignIn.Provider = "entra"
	}
	if c.SignIn.RolesClaim == "" {
		c.SignIn.RolesClaim = "roles"
	}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		if t.Cloud == "" {
			t.Cloud = "public"
		}
		t.TenantID = strings.ToLower(t.TenantID)
		if t.Scan.ActivityDays == 0 {
			t.Scan.ActivityDays = 28
		}
	}
}

// underDir makes the paths of a file relative to the file's own directory, so
// that it means the same wherever the portal is started from. Absolute paths
// stay.
func (c *Config) underDir(dir string) {
	for _, p := range []*string{&c.DataDir, &c.Policies, &c.Approvals, &c.Backup.Directory, &c.Notify.CA} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	for i := range c.Reports {
		if f := &c.Reports[i].Folder; *f != "" && !filepath.IsAbs(*f) {
			*f = filepath.Join(dir, *f)
		}
	}
	if path, ok := strings.CutPrefix(c.Ledger.SecondSink, "file:"); ok && !filepath.IsAbs(path) {
		c.Ledger.SecondSink = "file:" + filepath.Join(dir, path)
	}
	refs := []*secret.Ref{&c.WorkflowDatabase, &c.SignIn.ClientSecret, &c.Ledger.SigningKey, &c.Ledger.SecondSinkToken, &c.Notify.SMTP.Password, &c.Metrics.Token, &c.Tracing.Token}
	for _, list := range [][]Webhook{c.Notify.Teams, c.Notify.Webhooks} {
		for i := range list {
			refs = append(refs, &list[i].URL, &list[i].Key)
		}
	}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		refs = append(refs, &t.Scanner.ClientSecret, &t.Scanner.Certificate, &t.Executor.ClientSecret, &t.Executor.Certificate)
	}
	for _, r := range refs {
		*r = r.Under(dir)
	}
}
