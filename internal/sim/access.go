package sim

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"steward/internal/sim/entra"
	"steward/internal/sim/rest"
)

// identity is who the token says is calling, and what is wrong with the token.
type identity struct {
	caller rest.Caller
	app    entra.App
	err    error
}

func timeOf(s Span) time.Duration { return time.Duration(s) }

// locate tells the service of a path, the base address that the caller used for
// it, and the path after that. Each service answers under its prefix (/powerbi,
// /fabric, /graph, /login) and, since their paths differ, at the root as well.
func locate(r *http.Request) (service rest.Service, base, path string) {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	origin, full := scheme+"://"+r.Host, r.URL.EscapedPath()
	for _, s := range []rest.Service{rest.PowerBI, rest.Fabric, rest.Graph, rest.Login} {
		if after, ok := strings.CutPrefix(full, "/"+string(s)+"/"); ok {
			return s, origin + "/" + string(s), "/" + after
		}
	}
	switch {
	case strings.HasPrefix(full, "/v1.0/myorg/"):
		return rest.PowerBI, origin, full
	case strings.HasPrefix(full, "/v1/"):
		return rest.Fabric, origin, full
	case strings.HasPrefix(full, "/v1.0/"):
		return rest.Graph, origin, full
	}
	return rest.Login, origin, full
}

// audiences are the tokens that a service takes. Fabric accepts Power BI's.
var audiences = map[rest.Service][]string{
	rest.PowerBI: {entra.PowerBIResource},
	rest.Fabric:  {entra.FabricResource, entra.PowerBIResource},
	rest.Graph:   {entra.GraphResource},
}

// identify reads the token; a bad one is only answered later, by allowed, so
// that faults can strike first.
func (c *Cloud) identify(call *rest.Call) identity {
	if call.Service == rest.Login {
		return identity{}
	}
	claims, err := c.Entra.Verify(call.R.Header.Get("Authorization"), call.Now, audiences[call.Service]...)
	if err != nil && claims.AppID == "" {
		return identity{err: err}
	}
	app, ok := c.Entra.App(claims.AppID)
	if !ok {
		return identity{err: entra.ErrMalformed}
	}
	s := app.Switches
	in := s.InSecurityGroup
	return identity{err: err, app: app, caller: rest.Caller{AppID: app.ClientID, ObjectID: app.ObjectID, Name: app.Name,
		TenantID: claims.TenantID, Detailed: in && s.DetailedMetadata, Expressions: in && s.DetailedMetadata && s.Expressions,
		Settings: map[string]bool{
			"AllowServicePrincipalsUseReadAdminAPIs":  in && s.ReadAdminAPIs,
			"AllowServicePrincipalsUseWriteAdminAPIs": in && s.UpdateAdminAPIs,
			"ServicePrincipalAccessPermissionAPIs":    in && s.PublicAPIs,
			"ServicePrincipalAccessGlobalAPIs":        in && s.CreateWorkspaces,
			"AdminApisIncludeDetailedMetadata":        in && s.DetailedMetadata,
			"AdminApisIncludeExpressions":             in && s.DetailedMetadata && s.Expressions,
			"User.Read.All":                           s.GraphUsers,
			"GroupMember.Read.All":                    s.GraphGroups,
		}}}
}

// allowed answers itself when the token or the tenant's settings do not open the
// operation.
func (v *visit) allowed() bool {
	call := v.call
	if call.Op.Access == rest.Open {
		return true
	}
	if v.ident.err != nil {
		refuseToken(call, v.ident.err)
		return false
	}
	s := v.ident.app.Switches
	switch call.Op.Access {
	case rest.AdminRead, rest.AdminUpdate, rest.DelegatedAdmin:
		setting := s.InSecurityGroup && (s.ReadAdminAPIs && call.Op.Access == rest.AdminRead ||
			s.UpdateAdminAPIs && call.Op.Access == rest.AdminUpdate)
		switch {
		case s.PowerBIConsent || s.PowerBIDelegated || call.Op.Access == rest.DelegatedAdmin:
			notAuthorized(call)
			return false
		case !setting:
			switchedOff(call)
			return false
		}
	case rest.Ordinary:
		if !s.InSecurityGroup || !s.PublicAPIs {
			switchedOff(call)
			return false
		}
	case rest.Directory:
		if !s.GraphGroups && !s.GraphUsers {
			call.Fail(rest.Failure{Status: 403, Code: "Authorization_RequestDenied",
				Message: "Insufficient privileges to complete the operation."})
			return false
		}
	}
	return true
}

// notAuthorized is the answer to a caller whose token is good and whose rights
// are not.
func notAuthorized(c *rest.Call) {
	if c.Service == rest.Fabric {
		c.Fail(rest.Failure{Status: 403, Code: "InsufficientPrivileges",
			Message: "The caller does not have sufficient permissions to perform this operation."})
		return
	}
	c.Fail(rest.Failure{Status: 401, Code: "PowerBINotAuthorizedException"})
}

// switchedOff is the answer when the tenant setting does not include the app:
// from Power BI an empty body with the reason in a header.
func switchedOff(c *rest.Call) {
	f := rest.Failure{Status: 401, Code: "ServicePrincipalIsNotAllowedByTenantAdminSwitch", HeaderOnly: true}
	if c.Service == rest.Fabric {
		f = rest.Failure{Status: 403, Code: "InsufficientPrivileges",
			Message: "The service principal is not allowed by a tenant setting."}
	}
	c.Fail(f)
}

// refuseToken answers a missing, damaged, expired or foreign token the way each
// service does: Power BI says 403 to nearly all of them.
func refuseToken(c *rest.Call, err error) {
	status := http.StatusUnauthorized
	if c.Service == rest.PowerBI {
		status = http.StatusForbidden
	} else {
		c.W.Header().Set("WWW-Authenticate", `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"`)
	}
	f := rest.Failure{Status: status}
	switch {
	case c.Service == rest.Graph:
		f.Code, f.Message = "InvalidAuthenticationToken", "Access token validation failure."
		if errors.Is(err, entra.ErrExpired) {
			f.Message = "Lifetime validation failed, the token is expired."
		} else if errors.Is(err, entra.ErrNoToken) {
			f.Message = "Access token is empty."
		}
	case errors.Is(err, entra.ErrExpired):
		f.Code, f.Message = "TokenExpired", "Access token has expired, resubmit with a new access token"
	case errors.Is(err, entra.ErrNoToken) && c.Service == rest.PowerBI:
		c.Empty(status)
		return
	case errors.Is(err, entra.ErrNoToken):
		f.Code, f.Message = "Unauthorized", "The caller is not authenticated to access this resource"
	default:
		f.Code, f.Message = "InvalidToken", "Access token is invalid"
	}
	c.Fail(f)
}
