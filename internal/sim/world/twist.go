package world

// twist is the one thing that makes a workspace worth an auditor's look. The
// first workspaces of a class have theirs pinned, so that a small tenant shows
// everything; later ones draw it.
type twist string

const (
	twistNone twist = ""

	// About who has access.
	twistOrphan       twist = "orphaned"
	twistNobody       twist = "no roles at all"
	twistOnlyApp      twist = "only a service principal is admin"
	twistGroupAdmin   twist = "a group is admin"
	twistUnifiedAdmin twist = "a Microsoft 365 group is admin"
	twistNestedAdmin  twist = "nested groups are admin"
	twistCycleGroup   twist = "groups that contain each other"
	twistEmptyGroup   twist = "an empty group is admin"
	twistDynamicGroup twist = "a dynamic group has access"
	twistDeletedGroup twist = "a deleted group has access"
	twistManyAdmins   twist = "more than five admins"
	twistOneAdmin     twist = "a single admin"
	twistGuestAdmin   twist = "a guest is admin"
	twistPartners     twist = "people of other companies"
	twistLeaverAdmin  twist = "the only admin has left"
	twistEveryone     twist = "all employees are members"
	twistManyPeople   twist = "many single people instead of groups"
	twistProfile      twist = "a service principal profile"
	twistUnknownRight twist = "a right nobody knows"
	twistDisabledApp  twist = "a disabled service principal has access"

	// About where it is.
	twistOffCapacity twist = "production on shared capacity"
	twistPaused      twist = "on a paused capacity"
	twistGone        twist = "on a capacity that is gone"
	twistNoPipeline  twist = "production outside a pipeline"

	// About its state.
	twistRemoving twist = "stuck in removal"
	twistRestored twist = "deleted by mistake and restored"

	// About its type.
	twistClassic     twist = "classic workspace"
	twistAdminType   twist = "admin monitoring"
	twistUnknownType twist = "a type nobody knows"

	// About its name: see oddNames.
	twistName twist = "name"
)

// teamTwists are pinned to the first team workspaces, in this order.
var teamTwists = []twist{
	twistOrphan, twistNone, twistGroupAdmin, twistGuestAdmin, twistNone, twistManyAdmins,
	twistOnlyApp, twistLeaverAdmin, twistNone, twistOneAdmin, twistCycleGroup, twistNestedAdmin,
	twistUnifiedAdmin, twistEmptyGroup, twistPartners, twistNone, twistDynamicGroup, twistDeletedGroup,
	twistEveryone, twistNone, twistManyPeople, twistNobody, twistProfile, twistPaused,
	twistUnknownRight, twistDisabledApp, twistGone, twistRestored,
}

// drawnTwists are drawn for the other team and project workspaces, with the
// share of workspaces that each strikes.
var drawnTwists = []struct {
	t     twist
	share float64
}{
	{twistOneAdmin, 0.08}, {twistManyAdmins, 0.04}, {twistOrphan, 0.015}, {twistOnlyApp, 0.01},
	{twistGroupAdmin, 0.12}, {twistGuestAdmin, 0.008}, {twistPartners, 0.03}, {twistLeaverAdmin, 0.01},
	{twistManyPeople, 0.03}, {twistUnifiedAdmin, 0.02}, {twistNestedAdmin, 0.02}, {twistDeletedGroup, 0.01},
	{twistDynamicGroup, 0.02}, {twistEveryone, 0.01}, {twistEmptyGroup, 0.004},
}

func drawTwist(k key) twist {
	x := k.sub(tagTwist).f()
	for _, d := range drawnTwists {
		if x < d.share {
			return d.t
		}
		x -= d.share
	}
	return twistNone
}

// twistOf gives a slot its twist.
func twistOf(s spec) twist {
	switch s.class {
	case classTeam:
		if s.ordinal < len(teamTwists) {
			return teamTwists[s.ordinal]
		}
		return drawTwist(s.k)
	case classProject:
		return projectTwist(s)
	case classOdd:
		return oddCaseOf(s).twist
	}
	return twistNone
}

func projectTwist(s spec) twist {
	if s.project < 3 {
		return twistNone // the demo's own projects are in order
	}
	if s.stage == 2 {
		switch x := s.k.sub(tagTwist).sub(1).f(); {
		case s.project == 5 || x < 0.05:
			return twistOffCapacity
		case s.project == 6:
			return twistNoPipeline
		}
	}
	return drawTwist(s.k)
}
