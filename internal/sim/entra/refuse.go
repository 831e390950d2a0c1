package entra

import (
	"fmt"

	"steward/internal/sim/rest"
)

// refusal is one AADSTS answer. Clients branch on error and the code, never on
// the text.
type refusal struct {
	status int
	err    string
	code   int
	text   string
}

func noTenant(name string) refusal {
	return refusal{400, "invalid_request", 90002, fmt.Sprintf(
		"Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", name)}
}

func (s *Service) noApp(id string) refusal {
	return refusal{400, "unauthorized_client", 700016, fmt.Sprintf(
		"Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
		id, s.cfg.TenantName)}
}

func appDisabled(id string) refusal {
	return refusal{400, "unauthorized_client", 7000112, fmt.Sprintf("Application '%s' is disabled.", id)}
}

func badSecret(id string) refusal {
	return refusal{401, "invalid_client", 7000215, fmt.Sprintf(
		"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", id)}
}

func oldSecret(id string) refusal {
	return refusal{401, "invalid_client", 7000222, fmt.Sprintf(
		"The provided client secret keys for app '%s' are expired.", id)}
}

func noCredential() refusal {
	return refusal{401, "invalid_client", 7000218,
		"The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}
}

func badAssertion(why string) refusal {
	return refusal{401, "invalid_client", 700027,
		"The certificate with identifier used to sign the client assertion is not registered on application, or the assertion is not valid: " + why + "."}
}

func badScope(scope string) refusal {
	return refusal{400, "invalid_scope", 70011, fmt.Sprintf(
		"The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope %s is not valid.", scope)}
}

func (s *Service) noResource(name string) refusal {
	return refusal{400, "invalid_resource", 500011, fmt.Sprintf(
		"The resource principal named %s was not found in the tenant named %s. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.", name, s.cfg.TenantName)}
}

func missing(parameter string) refusal {
	return refusal{400, "invalid_request", 900144, fmt.Sprintf(
		"The request body must contain the following parameter: '%s'.", parameter)}
}

func loop() refusal {
	return refusal{400, "invalid_grant", 50196,
		"The server terminated an operation because it encountered a client request loop. Please contact your app vendor."}
}

func badCode(text string) refusal { return refusal{400, "invalid_grant", 54005, text} }

// refuse writes the answer in the exact shape of Entra's token endpoint.
func (s *Service) refuse(c *rest.Call, r refusal) {
	at := c.Now.UTC().Format("2006-01-02 15:04:05Z")
	trace, correlation := s.cfg.NewID(), c.R.Header.Get("client-request-id")
	if correlation == "" {
		correlation = s.cfg.NewID()
	}
	c.W.Header().Set("Cache-Control", "no-store, no-cache")
	c.W.Header().Set("x-ms-ests-server", "2.1.0 - stand-in")
	c.JSON(r.status, struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Codes       []int  `json:"error_codes"`
		Timestamp   string `json:"timestamp"`
		Trace       string `json:"trace_id"`
		Correlation string `json:"correlation_id"`
		URI         string `json:"error_uri"`
	}{r.err, fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", r.code, r.text, trace, correlation, at),
		[]int{r.code}, at, trace, correlation, fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", r.code)})
}
