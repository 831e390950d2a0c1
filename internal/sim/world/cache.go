package world

import "sync"

// dayCache remembers the answers that are costly and asked for page by page.
type dayCache struct {
	refreshing   sync.Mutex
	refreshAt    moment
	refreshables []Refreshable

	mu       sync.Mutex
	days     []*loggedDay
	tick     int64
	horizon  moment   // modified is as of then
	modified []moment // by slot
}
