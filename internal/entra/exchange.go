package entra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"steward/internal/fault"
)

// maxReply caps a token reply; real ones are a few kilobytes.
const maxReply = 1 << 20

// grant is a token as Entra gave it.
type grant struct {
	token    string
	lifetime time.Duration
}

// request gets one token with a fresh MSAL client: a fresh one, because MSAL
// fixes the credential at construction and ours may have been rotated.
func (s *Source) request(ctx context.Context) (grant, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	credential, err := s.credential()
	if err != nil {
		return grant{}, err
	}
	x := &exchange{source: s}
	host, _ := url.Parse(s.tokenURL) // was parsed in New
	client, err := confidential.New("https://"+host.Host+"/"+s.cfg.TenantID, s.cfg.ClientID, credential,
		confidential.WithHTTPClient(x), confidential.WithInstanceDiscovery(false))
	if err != nil {
		return grant{}, fault.New(fault.Invalid, "The app registration %s cannot be used: the authority, the tenant id or the client id is malformed.", s.cfg.ClientID)
	}
	result, err := client.AcquireTokenByCredential(ctx, []string{s.cfg.Scope})
	if err != nil {
		return grant{}, x.explain(err)
	}
	// MSAL counts from the wall clock, callers from theirs: keep the length.
	lifetime := time.Until(result.ExpiresOn)
	if result.AccessToken == "" || lifetime <= 0 {
		return grant{}, fault.New(fault.Unavailable, "Microsoft Entra answered without a usable access token. Try again; if it stays, check that the authority is a token service.")
	}
	return grant{token: result.AccessToken, lifetime: lifetime}, nil
}

// exchange is the HTTP side of one token request. It answers MSAL's discovery
// itself and keeps what is needed to explain a failure, so that MSAL's error
// text, which quotes the raw reply, is never used.
type exchange struct {
	source *Source
	status int
	after  string // Retry-After
	refuse refusal
	netErr error
	token  bool // the token endpoint answered
}

// refusal is the part of a token error that is safe and useful.
type refusal struct {
	Error         string `json:"error"`
	Codes         []int  `json:"error_codes"`
	CorrelationID string `json:"correlation_id"`
}

// CloseIdleConnections is part of MSAL's HTTP client interface.
func (x *exchange) CloseIdleConnections() {}

// Do sends a token request and answers a discovery request.
func (x *exchange) Do(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, "/.well-known/openid-configuration") {
		return x.discovery(req)
	}
	if req.URL.String() != x.source.tokenURL {
		return nil, fmt.Errorf("entra: MSAL asked for %s, which is not the token endpoint", req.URL.Host)
	}
	client := *x.source.cfg.HTTPClient
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		x.netErr = err
		return nil, errors.New("entra: no answer")
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
	if err != nil {
		x.netErr = err
		return nil, errors.New("entra: the answer broke off")
	}
	x.token, x.status, x.after = true, res.StatusCode, res.Header.Get("Retry-After")
	if res.StatusCode != http.StatusOK {
		// A body that is not the documented error leaves refuse empty.
		_ = json.Unmarshal(body, &x.refuse)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// discovery answers in the place of Entra's OpenID document. The one fact in
// it that matters, where tokens are asked for, is known: so a custom cloud
// needs a token endpoint only, and every cloud saves a call.
func (x *exchange) discovery(req *http.Request) (*http.Response, error) {
	issuer := "https://" + req.URL.Host + "/" + x.source.cfg.TenantID + "/v2.0"
	doc, err := json.Marshal(map[string]string{
		"issuer":                 issuer,
		"token_endpoint":         x.source.tokenURL,
		"authorization_endpoint": strings.TrimSuffix(x.source.tokenURL, "/token") + "/authorize",
	})
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:  http.Header{"Content-Type": {"application/json"}},
		Body:    io.NopCloser(bytes.NewReader(doc)),
		Request: req,
	}, nil
}
