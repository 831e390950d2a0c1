package request

// Risk is how much harm a plan could do; it decides how many people must
// agree.
type Risk string

// Risks, least first (requirement R5: read-only 0, workspace and user changes
// 1, production and admin rights 2).
const (
	RiskNone   Risk = "none"
	RiskNormal Risk = "normal"
	RiskHigh   Risk = "high"
)

// Risks lists them, least first.
func Risks() []Risk { return []Risk{RiskNone, RiskNormal, RiskHigh} }

// Valid reports whether the risk is one of Risks.
func (r Risk) Valid() bool { return r == RiskNone || r == RiskNormal || r == RiskHigh }

// Least is how many different people must agree at least. Rules may ask for
// more, never for fewer. A word nobody knows counts as high.
func (r Risk) Least() int {
	switch r {
	case RiskNone:
		return 0
	case RiskNormal:
		return 1
	}
	return 2
}

// worse returns the greater of two risks.
func (r Risk) worse(o Risk) Risk {
	if o.Least() > r.Least() {
		return o
	}
	return r
}
