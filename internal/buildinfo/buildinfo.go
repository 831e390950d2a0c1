// Package buildinfo knows which build of the portal this is. It owns the
// version that the linker stamps in and nothing else.
package buildinfo

import (
	"runtime"
	"runtime/debug"
)

// version is set by the linker (see the Makefile).
var version = ""

// Version returns the stamped version, else the module version, else
// "unknown".
func Version() string {
	if version != "" {
		return version
	}
	if bi, ok := debug.ReadBuildInfo(); ok && bi.Main.Version != "" {
		return bi.Main.Version
	}
	return "unknown"
}

// Info is what `portal version` prints.
type Info struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

// Get returns the build's facts.
func Get() Info {
	return Info{Version: Version(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
}
