package world

// key is a point in the tree of hashes from which everything is drawn: the
// same path from the seed always gives the same key, in any order of asking.
type key uint64

// mix is the finalizer of splitmix64: every output bit depends on every input
// bit, which is all the randomness a pretend tenant needs.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	x ^= x >> 31
	return x
}

// sub is the key of a part of what k stands for.
func (k key) sub(part uint64) key { return key(mix(uint64(k) + (part+1)*0x9e3779b97f4a7c15)) }

// sub2 is sub(a).sub(b).
func (k key) sub2(a, b uint64) key { return k.sub(a).sub(b) }

// n draws 0..n-1.
func (k key) n(n int) int {
	if n <= 1 {
		return 0
	}
	return int(uint64(k) >> 1 % uint64(n))
}

// f draws from [0, 1).
func (k key) f() float64 { return float64(uint64(k)>>11) / (1 << 53) }

// chance is true with probability p.
func (k key) chance(p float64) bool { return k.f() < p }

// span draws lo..hi, both included.
func (k key) span(lo, hi int64) int64 {
	if hi <= lo {
		return lo
	}
	return lo + int64(uint64(k)>>1%uint64(hi-lo+1))
}

// Parts of keys. Their order is part of the seed's meaning: append only.
const (
	tagSlot uint64 = iota + 1
	tagLife
	tagName
	tagSeat
	tagItem
	tagEdit
	tagShare
	tagPerson
	tagGuest
	tagGroup
	tagApp
	tagCapacity
	tagDomain
	tagDeploy
	tagPipeline
	tagSchedule
	tagRefresh
	tagEpisode
	tagActivity
	tagSetting
	_
	tagTwist
	tagPlan
	tagUse
	tagLabel
	tagOwner
	tagSubscription
	tagProject
	tagLeave
	tagRole
	tagIP
	_
	tagNewID
)

// pick draws one of list.
func pick[T any](k key, list []T) T { return list[k.n(len(list))] }
