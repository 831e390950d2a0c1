package audit

import "strings"

// reports is every report, in the order of the menu.
var reports = build()

func build() []*Report {
	workspaces, items, access, people := workspaceList(), itemList(), accessList(), principalList()
	return []*Report{
		workspaces, orphanedWorkspaces(workspaces),
		items,
		access, groupAdmins(access), guestAccess(access), leaverAccess(access),
		people, guests(people), servicePrincipals(people), groups(people), leavers(people),
	}
}

func names() string {
	var out []string
	for _, r := range reports {
		out = append(out, r.Name)
	}
	return strings.Join(out, ", ")
}
