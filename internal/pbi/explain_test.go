package pbi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"steward/internal/contract"
	"steward/internal/fault"
)

// TestErrorSamples plays every known error answer and checks what is made of
// it: code, request id, kind, and the words that tell a user what to do.
func TestErrorSamples(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		code, requestID string
		kind            fault.Kind
		say             string
		retryAfter      time.Duration
	}{
		"error_400_add_user_exists.json":                    {"AddingAlreadyExistsGroupUserNotSupportedError", "b2f89923-421a-464e-bf4c-25eab39bb09f", fault.Conflict, "in the workspace already", 0},
		"error_400_alm_migration_in_progress.json":          {"WorkspaceMigrationOperationInProgress", "", fault.Unavailable, "moved to another capacity", 0},
		"error_400_alm_nothing_to_deploy.json":              {"Alm_InvalidRequest_NoArtifactsToDeploy", "", fault.Invalid, "nothing to deploy", 0},
		"error_400_alm_service_principal.json":              {"ALM_InvalidRequest_ServicePrincipalNotSupported", "", fault.Denied, "leave the dataflows out", 0},
		"error_400_entity_exists.json":                      {"PowerBIEntityAlreadyExists", "a2f89923-421a-464e-bf4c-25eab39bb09f", fault.Conflict, "another name", 0},
		"error_400_refresh_busy.json":                       {"InvalidRequest", "", fault.Invalid, "HTTP 400", 0},
		"error_401_powerbi_not_authorized.json":             {"PowerBINotAuthorizedException", "", fault.Denied, "no admin-consented Power BI permission", 0},
		"error_401_service_principal_tenant_switch.json":    {"ServicePrincipalIsNotAllowedByTenantAdminSwitch", "c2f89923-421a-464e-bf4c-25eab39bb09f", fault.Denied, "read-only admin APIs", 0},
		"error_403_api_not_accessible.json":                 {"", "", fault.Denied, "personal workspace", 0},
		"error_403_token_expired.json":                      {"TokenExpired", "", fault.Unavailable, "clock", 0},
		"error_404_entity_not_found.json":                   {"PowerBIEntityNotFound", "", fault.NotFound, "may not see it", 0},
		"error_404_parameters_missing.json":                 {"ItemNotFound", "", fault.NotFound, "may not see it", 0},
		"error_429_powerbi.json":                            {"", "", fault.Throttled, "60 minutes", time.Hour},
		"error_429_scanner_concurrency_no_retry_after.json": {"TooManyRequests", "", fault.Throttled, "at most 16", 2 * time.Minute},
		"error_500_unknown.json":                            {"UnknownError", "", fault.Unavailable, "HTTP 500", 0},
		"error_fabric_401_token_expired.json":               {"TokenExpired", "f4b0cdf7-5a0c-4f3a-9d04-3b1c7a6a5f10", fault.Unavailable, "clock", 0},
		"error_fabric_409_name_exists.json":                 {"WorkspaceNameAlreadyExists", "d4b0cdf7-5a0c-4f3a-9d04-3b1c7a6a5f10", fault.Conflict, "exists already", 0},
		"error_fabric_429_request_blocked.json":             {"RequestBlocked", "e4b0cdf7-5a0c-4f3a-9d04-3b1c7a6a5f10", fault.Throttled, "blocked", 55 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, contract.Error(name))
			_, err := s.GetInfo(context.Background(), []string{wsID}, ScanOptions{})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("err = %v", err)
			}
			if e.Status != contract.Error(name).Status || e.Code != want.code || e.RequestID != want.requestID || e.RetryAfter != want.retryAfter {
				t.Errorf("error = %+v", e)
			}
			if fault.KindOf(err) != want.kind || !strings.Contains(fault.Sentence(err), want.say) {
				t.Errorf("%q: %s", fault.KindOf(err), fault.Sentence(err))
			}
			var shown *fault.Error
			if !errors.As(err, &shown) || shown.RequestID != want.requestID {
				t.Errorf("shown = %+v", shown)
			}
		})
	}
}

// TestBlockedUntil: Fabric's end of a block is read from its sentence when the
// header is missing, against the service's own clock.
func TestBlockedUntil(t *testing.T) {
	t.Parallel()
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", "Tue, 28 Oct 2025 20:26:26 GMT")
		w.WriteHeader(429)
		_, _ = w.Write([]byte(`{"requestId":"x","errorCode":"RequestBlocked","message":"Request is blocked by the upstream service until: 10/28/2025 8:26:56 PM (UTC)"}`))
	}))
	_, err := s.TenantSettings(context.Background())
	var e *Error
	if !errors.As(err, &e) || e.RetryAfter != 30*time.Second {
		t.Errorf("err = %+v", e)
	}
}

// TestMessagesAreCleaned: what the service says goes to the log short, on one
// line, and not at all when it may hold a token.
func TestMessagesAreCleaned(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ message, want string }{
		"token":    {`{"message":"bad token eyJhbGciOi.x.y"}`, "(left out: it may hold a token)"},
		"controls": {`{"message":"one\u202e\n\u001b[31mtwo"}`, "one   [31mtwo"},
		"long":     {`{"message":"` + strings.Repeat("x", 5000) + `"}`, strings.Repeat("x", 200) + "…"},
	} {
		s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			_, _ = w.Write([]byte(c.message))
		}))
		_, err := s.Capacities(context.Background())
		var e *Error
		if !errors.As(err, &e) || e.Message != c.want {
			t.Errorf("%s: message = %q", name, e.Message)
		}
	}
}

// TestRetriesOfReads: a read survives four failures and no more; the pauses
// grow.
func TestRetriesOfReads(t *testing.T) {
	t.Parallel()
	for failures, ok := range map[int]bool{1: true, 4: true, 5: false} {
		n := 0
		s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n++; n <= failures {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			answering(`{"value":[]}`).ServeHTTP(w, r)
		}))
		if _, err := s.Capacities(context.Background()); (err == nil) != ok {
			t.Errorf("%d failures: %v", failures, err)
		}
		want := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}[:min(failures, 4)]
		same(t, "pauses", s.clock.slept, want)
	}
}

// TestOnCall: every try is told, with what a page shows of it.
func TestOnCall(t *testing.T) {
	t.Parallel()
	s := serve(t, once(contract.Error("error_400_entity_exists.json"), answering(`{"value":[]}`)))
	_, _ = s.Capacities(context.Background())
	if _, err := s.Capacities(context.Background()); err != nil {
		t.Fatal(err)
	}
	for i := range s.calls {
		if s.calls[i].ServerTime.IsZero() {
			t.Errorf("call %d has no time of the server", i)
		}
		s.calls[i].ServerTime = time.Time{}
	}
	same(t, "calls", s.calls, []Call{
		{Operation: "admin/capacities", Status: 400, RequestID: "a2f89923-421a-464e-bf4c-25eab39bb09f", Bytes: s.calls[0].Bytes, Try: 1},
		{Operation: "admin/capacities", Status: 200, Bytes: 12, Try: 1},
	})
}

// TestNoFabric: a cloud without Fabric says so instead of failing oddly.
func TestNoFabric(t *testing.T) {
	t.Parallel()
	s := serve(t, answering(`{}`), func(c *Config) { c.Fabric = "" })
	_, err := s.TenantSettings(context.Background())
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Sentence(err), "no Fabric API") {
		t.Errorf("err = %v", err)
	}
}
