package world

import (
	"encoding/hex"
	"strings"
)

// idKind says what an identifier names. Identifiers are the encrypted address
// of their object, so that finding an object by id needs no index: a large
// tenant holds a million of them.
type idKind uint8

const (
	idWorkspace idKind = iota + 1
	idItem
	idPerson
	idGuest
	idFixed // people of the demo, executives
	idGroup
	idApp    // published app
	idSP     // service principal object
	idClient // its client id
	idCapacity
	idDomain
	idPipeline
	idStage
	idDeployment
	idDatasource
	idGateway
	idLabel
	idTile
	idRefresh
	idEvent
	idRequest
	idActivity
	idSubscription
	idTenantKey
	idTenant
	idLogAnalytics
	idShareLink
	idProfile
	idOverlay // made by NewID
	idKinds   // count
)

const half = 1<<61 - 1

// feistel is one round function over a half of 61 bits.
func (w *World) feistel(round int, x uint64) uint64 {
	return mix(x^w.idKeys[round]) & half
}

// id makes the version-4 GUID of an address: a is a position, b a position
// inside it (40 bits).
func (w *World) id(kind idKind, a uint32, b uint64) string {
	l := uint64(kind)<<53 | uint64(a)<<21
	r := (b & (1<<40 - 1)) << 21
	for i := range w.idKeys {
		l, r = r, l^w.feistel(i, r)
	}
	return guid(l>>1, (l&1)<<61|r)
}

// guid writes 60 and 62 bits as a version-4 GUID.
func guid(hi, lo uint64) string {
	hi = hi>>12<<16 | 0x4000 | hi&0xfff
	lo |= 1 << 63
	var raw [16]byte
	for i := range 8 {
		raw[i] = byte(hi >> (56 - 8*i))
		raw[8+i] = byte(lo >> (56 - 8*i))
	}
	var out [36]byte
	hex.Encode(out[0:8], raw[0:4])
	hex.Encode(out[9:13], raw[4:6])
	hex.Encode(out[14:18], raw[6:8])
	hex.Encode(out[19:23], raw[8:10])
	hex.Encode(out[24:36], raw[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}

// parse gives back the address inside an identifier of this tenant, in any
// case; ok is false for every other text.
func (w *World) parse(s string) (kind idKind, a uint32, b uint64, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return 0, 0, 0, false
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(raw) != 16 {
		return 0, 0, 0, false
	}
	var hi, lo uint64
	for i := range 8 {
		hi = hi<<8 | uint64(raw[i])
		lo = lo<<8 | uint64(raw[8+i])
	}
	if hi>>12&0xf != 4 || lo>>62 != 2 {
		return 0, 0, 0, false
	}
	hi = hi>>16<<12 | hi&0xfff
	lo &= 1<<62 - 1
	l, r := hi<<1|lo>>61, lo&half
	for i := len(w.idKeys) - 1; i >= 0; i-- {
		l, r = r^w.feistel(i, l), l
	}
	kind = idKind(l >> 53)
	if kind == 0 || kind >= idKinds || l&(1<<21-1) != 0 || r&(1<<21-1) != 0 {
		return 0, 0, 0, false
	}
	return kind, uint32(l >> 21), r >> 21, true
}

// parseKind is parse for one kind.
func (w *World) parseKind(s string, want idKind) (a uint32, b uint64, ok bool) {
	kind, a, b, ok := w.parse(s)
	return a, b, ok && kind == want
}
