package pbi

import (
	"strings"

	"steward/internal/fault"
)

// meaning is what an error code of the service means and what to do about it.
type meaning struct {
	kind     fault.Kind
	sentence string
}

// meanings by code in lower case: the case of Microsoft's codes varies
// (ALM_/Alm_). Guide, sections 1.2, 6.3 and 10.
var meanings = map[string]meaning{
	"serviceprincipalisnotallowedbytenantadminswitch": {fault.Denied, "Power BI does not let this app call the admin API. In the admin portal, under Tenant settings, turn on “Service principals can access read-only admin APIs” for a security group that has the app as a member. It takes about 15 minutes to work."},
	"powerbinotauthorizedexception":                   {fault.Denied, "Power BI does not let this app call the admin API. Check that the app is a member of the security group of “Service principals can access read-only admin APIs”, and that its registration has no admin-consented Power BI permission (such as Tenant.Read.All): with one, the admin APIs refuse it."},
	"api is not accessible for application":           {fault.Denied, "This call is not open to apps: it is about a personal workspace (My workspace), which only its owner can reach."},
	"groupnotaccessible":                              {fault.Denied, "The app has no access to this workspace. Add it (or its security group) to the workspace, or wait a few minutes if it was added just now."},
	"tokenexpired":                                    {fault.Unavailable, "Power BI says that the access token has expired, even after a new one was fetched. Check the clock of this machine."},
	"invalidtoken":                                    {fault.Denied, "Power BI does not accept the access token. Check that the cloud and the resource in the configuration fit the tenant."},
	"insufficient_claims":                             {fault.Denied, "Conditional Access blocks the app. Ask whoever runs Microsoft Entra to allow this workload identity from the portal's network address."},
	"powerbientitynotfound":                           {fault.NotFound, "Power BI finds nothing there, or the app may not see it: the two look the same."},
	"powerbifoldernotfound":                           {fault.NotFound, "Power BI finds no such workspace, or the app may not see it: the two look the same."},
	"itemnotfound":                                    {fault.NotFound, "Power BI finds no such item, or the app may not see it: the two look the same."},
	"workspacenotfound":                               {fault.NotFound, "Power BI finds no such workspace, or the app may not see it: the two look the same."},
	"powerbientityalreadyexists":                      {fault.Conflict, "Power BI has something of this name already. Choose another name."},
	"workspacenamealreadyexists":                      {fault.Conflict, "A workspace of this name exists already. Choose another name."},
	"addingalreadyexistsgroupusernotsupportederror":   {fault.Conflict, "This principal is in the workspace already. Change the role instead of adding it."},
	"requestblocked":                                  {fault.Throttled, "Fabric has blocked further calls for a while. The portal waits by itself."},
	"toomanyrequests":                                 {fault.Throttled, "Power BI has too many scans of this tenant under way; at most 16 may be unfinished at once. The portal waits by itself; check that no other program scans with the same app."},
	"alm_invalidrequest_serviceprincipalnotsupported": {fault.Denied, "An app cannot deploy this: dataflows are not supported for service principals. Deploy as a user, or leave the dataflows out."},
	"alm_invalidrequest_noartifactstodeploy":          {fault.Invalid, "There is nothing to deploy: the source stage has no items that differ or can be deployed."},
	"alm_invalidrequest_workloadunavailable":          {fault.Unavailable, "The stage was assigned just now and is not ready yet. Try again in two minutes."},
	"alm_invalidrequest_workspacehasnocapacity":       {fault.Invalid, "The workspace is not on a capacity, which a deployment pipeline needs. Assign it to one first."},
	"alm_invalidrequest_purgerequired":                {fault.Conflict, "The change to a model would delete data in the target stage. It needs the explicit consent to purge data."},
	"workspacemigrationoperationinprogress":           {fault.Unavailable, "The workspace is being moved to another capacity. Try again in two minutes."},
	"insufficientscopes":                              {fault.Denied, "The app lacks the right to this call. For admin calls an administrator must allow it in the tenant settings."},
	"insufficientprivileges":                          {fault.Denied, "The app lacks the right to this call. For admin calls an administrator must allow it in the tenant settings."},
	"principaltypenotsupported":                       {fault.Denied, "This call is not open to apps; a person must make it."},
}

// explain finds the kind and the sentence of an error. Without a known code it
// returns "", and a general sentence by status is used.
func explain(e *Error) (fault.Kind, string) {
	if e.Class != ClassAnswer {
		return fault.Internal, ""
	}
	for _, name := range []string{e.Code, e.Message} {
		m, ok := meanings[strings.ToLower(strings.TrimSpace(name))]
		if !ok {
			continue
		}
		// 429 is a matter of waiting, whatever code it carries.
		if e.Status == 429 && m.kind != fault.Throttled {
			continue
		}
		return m.kind, m.sentence
	}
	return fault.Internal, ""
}
