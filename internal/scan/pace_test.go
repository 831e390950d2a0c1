package scan

import (
	"math/rand/v2"
	"testing"
	"time"
)

// The pace must find out how long batches take, whatever that is, and then
// need hardly more than one question for each.
func TestPaceLearns(t *testing.T) {
	t.Parallel()
	for name, took := range map[string]func(*rand.Rand) time.Duration{
		"two seconds": func(*rand.Rand) time.Duration { return 2 * time.Second },
		"a minute":    func(*rand.Rand) time.Duration { return time.Minute },
		"five to fifty": func(r *rand.Rand) time.Duration {
			return 5*time.Second + time.Duration(r.Int64N(int64(45*time.Second)))
		},
		"now and then longer": func(r *rand.Rand) time.Duration { return time.Duration(3+27*(r.IntN(20)/19)) * time.Second },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			p, looks := newPace(), 0
			const batches = 1000
			for range batches {
				need := took(random)
				at := p.first()
				for n := 1; ; n++ {
					looks++
					if at >= need {
						p.ready(at, n)
						break
					}
					at = p.notReady(at, true)
				}
			}
			if each := float64(looks) / batches; each > 1.15 {
				t.Errorf("%.2f questions for each batch, usual time %s", each, p.usual)
			}
		})
	}
}
