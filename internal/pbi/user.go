package pbi

import "strings"

// Users is a list of people and groups with a right, and whether there was
// one: an absent list (not asked for) and a null one say that nothing is
// known, an empty one that there is nobody.
type Users struct {
	Presence Presence
	List     []User
}

// Known reports whether the answer had a list.
func (u Users) Known() bool { return u.Presence == Given }

// Presence tells an absent member from a null one and from a given one.
type Presence byte

// The ways in which a member of an answer can be there.
const (
	Absent Presence = iota
	Null
	Given
)

// User is one entry of a users list.
type User struct {
	DisplayName string
	// Email is empty for apps and security groups.
	Email string
	// Identifier is the user principal name of a user, else the object id.
	Identifier string
	// GraphID is the object id in Entra, in lower case; empty in some answers.
	GraphID string
	// PrincipalType is User, Group, App, or None for the whole organisation.
	PrincipalType string
	// UserType is Member or Guest; often empty.
	UserType string
	// Right is the value of the first key that ends in AccessRight, whichever
	// it is: Microsoft's own samples have appUserAccessRight on everything.
	Right string
	// ProfileID and ProfileName name the service principal profile, if any.
	ProfileID, ProfileName string
}

// readUsers reads a users member.
func readUsers(c *cursor) Users {
	if c.isNull() {
		c.skip()
		return Users{Presence: Null}
	}
	list := []User{}
	if !c.array(func() { list = append(list, readUser(c)) }) {
		return Users{} // not a list: nothing is known
	}
	return Users{Presence: Given, List: list}
}

func readUser(c *cursor) User {
	var u User
	c.object(func(key, _ string) {
		switch key {
		case "displayname":
			u.DisplayName = c.word()
		case "emailaddress":
			u.Email = c.word()
		case "identifier":
			u.Identifier = c.word()
		case "graphid":
			u.GraphID = c.personID()
		case "principaltype":
			u.PrincipalType = c.word()
		case "usertype":
			u.UserType = c.word()
		case "profile":
			c.object(func(key, _ string) {
				switch key {
				case "id":
					u.ProfileID = c.id()
				case "displayname":
					u.ProfileName = c.text()
				}
			})
		default:
			if u.Right == "" && strings.HasSuffix(key, "accessright") {
				u.Right = c.word()
			}
		}
	})
	return u
}
