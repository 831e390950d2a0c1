package secret

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJlLWNhbmFyeQ"

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, text, gone, kept string }{
		{"bearer header", "Authorization: Bearer abcDEF123456.zz sent", "abcDEF123456", "sent"},
		{"bearer with jwt", "Bearer " + jwt, "eyJ", "Bearer"},
		{"bare jwt", "token " + jwt + " refused", "c2lnbmF0dXJlLWNhbmFyeQ", "refused"},
		{"truncated jwt", `{"access_token":"eyJhbGciOiJSUzI1NiJ9.eyJzdW`, "eyJ", "access_token"},
		{"form", "grant_type=client_credentials&client_secret=" + canary + "&scope=x", canary, "scope=x"},
		{"json", `{"client_secret": "` + canary + `", "a": 1}`, canary, `"a": 1`},
		{"json with escapes", `{"password":"ab\ncanary-tail","a":1}`, "canary-tail", `"a":1`},
		{"escaped json", `{"body":"{\"client_secret\":\"` + canary + `\"}"}`, canary, "body"},
		{"cut off json", `{"refresh_token":"` + canary, canary, "refresh_token"},
		{"assertion", "client_assertion=" + canary + "&x=1", canary, "x=1"},
		{"code in address", "GET /login/callback?code=" + canary + "&state=s", canary, "state=s"},
		{"SAS", "https://x.blob.core.windows.net/c?sv=1&sig=" + canary, canary, "sv=1"},
		{"basic", "Authorization: Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA", "Basic"},
		{"cookie", "Cookie: __Host-steward=" + canary, canary, "Cookie"},
		{"private key", "x\n-----BEGIN PRIVATE KEY-----\n" + canary + "\n-----END PRIVATE KEY-----\ny", canary, "y"},
		{"cut off private key", "-----BEGIN RSA PRIVATE KEY-----\n" + canary, canary, ""},
		{"address", "proxy http://bob:" + canary + "@proxy:3128 failed", canary, "failed"},
		{"colon", "client_secret: " + canary + " was wrong", canary, "was wrong"},
		{"embed token", "EmbedToken H4sIAAAAAAAEAB2WtQ7", "H4sIAAAAAAAEAB2WtQ7", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := Redact(tc.text)
			if strings.Contains(got, tc.gone) || !strings.Contains(got, tc.kept) || !strings.Contains(got, Redacted) {
				t.Errorf("Redact(%q) = %q", tc.text, got)
			}
		})
	}
}

func TestRedactLeavesSentencesAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the client secret value.",
		"The workspace Finance: Basic reports was not found.",
		"status code 403 PowerBINotAuthorizedException, request id 7f1e0b1c-1111-4222-8333-444455556666",
		"https://login.microsoftonline.com/error?code=7000218",
		"https://api.powerbi.com/v1.0/myorg/admin/groups?$top=100&$skip=5",
	} {
		if got := Redact(text); got != text {
			t.Errorf("Redact(%q) = %q", text, got)
		}
	}
}

func TestRedactKnownSecret(t *testing.T) {
	t.Parallel()
	if got := Redact("failed with hunter2 today", New("hunter2")); strings.Contains(got, "hunter2") {
		t.Errorf("Redact = %q", got)
	}
}

func TestCleanKeepsMeaning(t *testing.T) {
	t.Parallel()
	inner := fmt.Errorf("open: %w", &fs.PathError{Op: "open", Path: "/x?client_secret=" + canary, Err: context.Canceled})
	err := Clean(inner)
	if strings.Contains(err.Error(), canary) || !errors.Is(err, context.Canceled) {
		t.Errorf("Clean = %v", err)
	}
	var pe *fs.PathError
	if !errors.As(err, &pe) {
		t.Error("errors.As does not find the cause")
	}
	if Clean(nil) != nil {
		t.Error("Clean(nil) is not nil")
	}
	if got := fmt.Sprintf("%+v", errors.Unwrap(err)); strings.Contains(got, canary) {
		t.Errorf("the chain prints the secret: %s", got)
	}
}
