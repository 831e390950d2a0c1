package desk

import (
	"context"

	"steward/internal/db"
	"steward/internal/request"
)

// sight is how a decision sees a request: within the transaction that will
// write it, or from outside for a page, which then says what the decision
// would.
type sight interface {
	Facing(ctx context.Context, id string) (request.Facing, error)
	RequestPlaces(ctx context.Context, id string) ([]request.Place, error)
	delegations
	// HeldBy returns the emergency access that somebody holds now.
	HeldBy(ctx context.Context, who request.Party) ([]db.EmergencyAccess, error)
}

// delegations finds who let somebody decide in their place.
type delegations interface {
	DelegatedTo(ctx context.Context, who request.Party) ([]db.Delegation, error)
}

// outside is the sight of pages.
type outside struct {
	reader *db.Reader
	desk   *Desk
}

// Facing implements sight.
func (o outside) Facing(ctx context.Context, id string) (request.Facing, error) {
	return o.reader.Facing(ctx, id, o.desk.now())
}

// RequestPlaces implements sight.
func (o outside) RequestPlaces(ctx context.Context, id string) ([]request.Place, error) {
	return o.reader.RequestPlaces(ctx, id)
}

// DelegatedTo implements sight.
func (o outside) DelegatedTo(ctx context.Context, who request.Party) ([]db.Delegation, error) {
	return o.reader.DelegatedTo(ctx, who, o.desk.now())
}

// HeldBy implements sight.
func (o outside) HeldBy(ctx context.Context, who request.Party) ([]db.EmergencyAccess, error) {
	return o.reader.HeldBy(ctx, who, o.desk.now())
}

func (d *Desk) outside() outside { return outside{reader: d.db.Reader(), desk: d} }
