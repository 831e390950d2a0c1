package policy

// Answer is a fact that may be unknown. The zero value is unknown, so a fact
// that nobody filled in can never look like a fine one.
type Answer[T any] struct {
	Value T
	Known bool
}

// Known returns an Answer that is known.
func Known[T any](v T) Answer[T] { return Answer[T]{Value: v, Known: true} }

// KnownIf returns an Answer that is known when ok is true.
func KnownIf[T any](v T, ok bool) Answer[T] {
	if !ok {
		return Answer[T]{}
	}
	return Known(v)
}

// Usage says when something was last used, as far as anyone can tell. Activity
// is only known as far back as it was read, so the answer to "unused for 90
// days?" may be yes, no or unknown. All counts are in whole UTC days.
type Usage struct {
	// LastDays is how many days ago the last use was; known only when a use
	// was seen.
	LastDays Answer[int64]
	// SeenDays is how many days back the records reach without a gap; 0 when
	// there are none.
	SeenDays int64
	// AgeDays is how long the thing exists at least; unknown when nobody says.
	// A thing younger than the period asked about is not unused for it.
	AgeDays Answer[int64]
}

// UnusedFor answers whether nothing was seen for at least the number of days.
func (u Usage) UnusedFor(days int64) Answer[bool] {
	switch {
	case u.AgeDays.Known && u.AgeDays.Value < days:
		return Known(false)
	case u.LastDays.Known:
		return Known(u.LastDays.Value >= days)
	case u.SeenDays >= days:
		return Known(true)
	default:
		return Answer[bool]{}
	}
}
