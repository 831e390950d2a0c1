package world

import (
	"maps"
	"slices"
)

// clone copies a workspace so deeply that neither copy can be changed through
// the other. Schemas are shared: they are only read.
func (w *Workspace) clone() *Workspace {
	c := *w
	if w.Git != nil {
		g := *w.Git
		c.Git = &g
	}
	c.Grants = slices.Clone(w.Grants)
	c.Items = make([]Item, len(w.Items))
	for i := range w.Items {
		c.Items[i] = w.Items[i].clone()
	}
	return &c
}

func ptr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

func (it Item) clone() Item {
	it.CreatedBy, it.ModifiedBy, it.Configured = ptr(it.CreatedBy), ptr(it.ModifiedBy), ptr(it.Configured)
	it.Shares, it.Relations = slices.Clone(it.Shares), slices.Clone(it.Relations)
	if it.PublishedToWeb = ptr(it.PublishedToWeb); it.PublishedToWeb != nil {
		it.PublishedToWeb.Sharer = ptr(it.PublishedToWeb.Sharer)
	}
	if it.Report = ptr(it.Report); it.Report != nil {
		it.Report.Datasources = slices.Clone(it.Report.Datasources)
	}
	if it.Dashboard = ptr(it.Dashboard); it.Dashboard != nil {
		it.Dashboard.Tiles = slices.Clone(it.Dashboard.Tiles)
	}
	if it.Dataflow = ptr(it.Dataflow); it.Dataflow != nil {
		d := it.Dataflow
		d.Schedule, d.Upstream = d.Schedule.clone(), slices.Clone(d.Upstream)
		d.Datasources, d.Misconfigured = slices.Clone(d.Datasources), slices.Clone(d.Misconfigured)
	}
	if it.Mart = ptr(it.Mart); it.Mart != nil {
		it.Mart.Upstream, it.Mart.Datasources = slices.Clone(it.Mart.Upstream), slices.Clone(it.Mart.Datasources)
	}
	if it.Fabric = ptr(it.Fabric); it.Fabric != nil {
		it.Fabric.Extended = maps.Clone(it.Fabric.Extended)
	}
	it.Model = it.Model.clone()
	return it
}

func (m *Model) clone() *Model {
	if m == nil {
		return nil
	}
	c := *m
	c.Schedule, c.DirectQuery, c.Schema = m.Schedule.clone(), ptr(m.DirectQuery), ptr(m.Schema)
	c.Upstream, c.Datasources, c.Misconfigured = slices.Clone(m.Upstream), slices.Clone(m.Datasources), slices.Clone(m.Misconfigured)
	return &c
}

func (s *Schedule) clone() *Schedule {
	if s == nil {
		return nil
	}
	c := *s
	c.Days, c.Times = slices.Clone(s.Days), slices.Clone(s.Times)
	return &c
}

func (p Pipeline) clone() Pipeline {
	p.Stages, p.Grants = slices.Clone(p.Stages), slices.Clone(p.Grants)
	return p
}
