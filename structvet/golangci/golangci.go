// Package golangci makes structvet a plugin of golangci-lint, for its command
// custom, which builds a golangci-lint with the modules in .custom-gcl.yml.
// The README of structvet has both files that it takes.
package golangci

import (
	"example.com/structpack/structvet/structformat"
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"
)

func init() { register.Plugin("structvet", New) }

// Settings are what .golangci.yml says for the linter.
type Settings struct {
	// Native also reports formats without a prefix, as the flag -native does.
	Native bool `json:"native"`
}

type plugin struct{ settings Settings }

// New makes the plugin of its settings.
func New(settings any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[Settings](settings)
	if err != nil {
		return nil, err
	}
	return plugin{s}, nil
}

// BuildAnalyzers returns the analyzer. It reports no related positions, each of
// which golangci-lint counts as a finding.
func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	if p.settings.Native {
		if err := structformat.Analyzer.Flags.Set("native", "true"); err != nil {
			return nil, err
		}
	}
	a := *structformat.Analyzer
	a.Run = func(pass *analysis.Pass) (any, error) {
		alone := *pass
		alone.Report = func(d analysis.Diagnostic) {
			d.Related = nil
			pass.Report(d)
		}
		return structformat.Analyzer.Run(&alone)
	}
	return []*analysis.Analyzer{&a}, nil
}

// GetLoadMode says that types are needed.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
