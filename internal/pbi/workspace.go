package pbi

import (
	"errors"
	"slices"
	"strings"
)

// Workspace is one workspace of a scan result (guide, section 2.1).
type Workspace struct {
	ID, Name, Description string
	// Type is Workspace, PersonalGroup, Personal, Group, AdminWorkspace or one
	// that is not known yet.
	Type string
	// State is Active, Deleted, Removing, Orphaned or "Not Found" (an id that
	// is not of this tenant, or is gone for good); then nothing else is there.
	State string
	// OnDedicatedCapacity says whether the workspace is on a capacity.
	OnDedicatedCapacity bool
	// CapacityID is empty on shared capacity, and sometimes elsewhere.
	CapacityID string
	// StorageFormat is Small or Large, on capacity only.
	StorageFormat string
	// DataRetrievalState is as Microsoft gives it; usually empty.
	DataRetrievalState string
	// DomainID is empty without a domain.
	DomainID string
	// Users are the workspace's roles; known only if the scan asked for them.
	Users Users
	// Items are the items of all collections.
	Items []Item
	// Collections are the wire names of the collections that were there, the
	// empty ones too.
	Collections []string
	// ItemsWithoutID counts items that could not be kept for want of an id.
	ItemsWithoutID int
	// Raw is the workspace as it came. It is valid only until the sink
	// returns: copy it to keep it.
	Raw []byte
}

// NotFound reports that the scanned id is not, or no longer, of this tenant.
func (w *Workspace) NotFound() bool { return strings.EqualFold(w.State, "Not Found") }

// DecodeWorkspace decodes one workspace of a scan result, for replaying an
// archive. raw must stay unchanged as long as the result is used.
func DecodeWorkspace(raw []byte) (*Workspace, error) {
	if !valid(raw) {
		return nil, errors.New("workspace: not JSON")
	}
	return readWorkspace(raw, nil)
}

// readWorkspace decodes valid JSON.
func readWorkspace(raw []byte, before *seen) (*Workspace, error) {
	w := &Workspace{Raw: raw}
	c := newCursor(raw, before)
	if !c.object(func(key, spelt string) { w.member(c, key, spelt) }) {
		return nil, errors.New("a workspace that is not an object")
	}
	if w.ID == "" {
		return nil, errors.New("a workspace without an id")
	}
	return w, nil
}

func (w *Workspace) member(c *cursor, key, spelt string) {
	switch key {
	case "id":
		w.ID = c.id()
	case "name":
		w.Name = c.text()
	case "description":
		w.Description = c.text()
	case "type":
		w.Type = c.word()
	case "state":
		w.State = c.word()
	case "isondedicatedcapacity":
		w.OnDedicatedCapacity = c.boolean()
	case "capacityid":
		w.CapacityID = c.personID()
	case "defaultdatasetstorageformat":
		w.StorageFormat = c.word()
	case "dataretrievalstate":
		w.DataRetrievalState = c.word()
	case "domainid":
		w.DomainID = c.personID()
	case "users":
		w.Users = readUsers(c)
	default:
		w.collection(c, key, spelt)
	}
}

// ownCollections are Power BI's own; everything else that looks like a
// collection is one of Fabric's and keeps its name.
var ownCollections = map[string]bool{
	"reports": true, "dashboards": true, "datasets": true, "dataflows": true, "datamarts": true, "warehouses": true,
}

// collection reads a member that may be a collection of items: an array of
// objects that have an id or objectId. New kinds of items appear on the wire
// without notice. An array of anything else is not a collection.
func (w *Workspace) collection(c *cursor, key, spelt string) {
	if c.kind() != '[' {
		return
	}
	kind := spelt
	if ownCollections[key] {
		kind = key
	}
	found, missing, other := 0, 0, 0
	c.array(func() {
		if c.kind() != '{' {
			other++
			return
		}
		if item := readItem(c, kind); item.ID != "" {
			w.Items = append(w.Items, item)
			found++
		} else {
			missing++
		}
	})
	// An unknown list of things without ids, such as tags, is no collection.
	if !ownCollections[key] && found == 0 && missing+other > 0 {
		return
	}
	w.ItemsWithoutID += missing
	if !slices.Contains(w.Collections, kind) {
		w.Collections = append(w.Collections, kind)
	}
}
