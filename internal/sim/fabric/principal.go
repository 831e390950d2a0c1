package fabric

import (
	"strings"

	"steward/internal/sim/world"
)

// principal is a holder of rights, with the details of its type.
type principal struct {
	ID          string        `json:"id"`
	DisplayName string        `json:"displayName,omitempty"`
	Type        string        `json:"type"`
	User        *userDetails  `json:"userDetails,omitempty"`
	Group       *groupDetails `json:"groupDetails,omitempty"`
	App         *appDetails   `json:"servicePrincipalDetails,omitempty"`
}

type userDetails struct {
	UPN string `json:"userPrincipalName"`
}

type groupDetails struct {
	Type string `json:"groupType"`
}

type appDetails struct {
	AppID string `json:"aadAppId,omitempty"`
}

// nobody is the id that an entry for the whole tenant carries.
const nobody = "00000000-0000-0000-0000-000000000000"

func (s *Service) wirePrincipal(p world.Principal) principal {
	w := principal{ID: p.ID, DisplayName: p.DisplayName, Type: "User"}
	switch p.Kind {
	case world.KindUser:
		w.User = &userDetails{p.UPN}
	case world.KindGroup:
		w.Type, w.Group = "Group", &groupDetails{"SecurityGroup"}
		if p.Email != "" {
			w.Group.Type = "Unknown"
		}
	case world.KindApp:
		w.Type = "ServicePrincipal"
	default:
		w.Type, w.ID = "EntireTenant", nobody
	}
	return w
}

func (s *Service) wireSomebody(p *world.Principal) *principal {
	if p == nil || p.ID == "" {
		return nil
	}
	w := s.wirePrincipal(*p)
	return &w
}

// permissions splits a right of Power BI ("ReadWriteReshare") into Fabric's list.
func permissions(right string) []string {
	if right == "Owner" {
		return []string{"Read", "Write", "Reshare"}
	}
	out := []string{}
	for _, p := range []string{"Read", "Write", "Reshare", "Explore", "Execute"} {
		if strings.Contains(right, p) {
			out = append(out, p)
		}
	}
	return out
}
