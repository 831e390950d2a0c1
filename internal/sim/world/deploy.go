package world

// Along a pipeline, what a later stage holds follows from its deployments: an
// item appears there with the first deployment after it was made, and changes
// only when a deployment brings a new version.

// hasPipeline reports whether a project has a deployment pipeline.
func (w *World) hasPipeline(project int) bool {
	if project < 3 {
		return true
	}
	return project != 6 && w.projectKey(project).sub(tagPipeline).chance(0.78)
}

// previousStage is the workspace from which a stage is deployed; false when
// the project has no pipeline or nothing lies before it.
func (w *World) previousStage(s spec) (spec, bool) {
	if s.class != classProject || s.stage == 0 || !w.hasPipeline(s.project) {
		return spec{}, false
	}
	for st := s.stage - 1; st >= 0; st-- {
		if p := w.specOf(projectSlot(s.project, st)); p.class == classProject {
			return p, true
		}
	}
	return spec{}, false
}

// deployCycle is the rhythm of deployments into a stage of a project.
func (w *World) deployCycle(project, stage int) cycle {
	k := w.projectKey(project).sub2(tagDeploy, uint64(stage))
	return newCycle(k, w.slow(k.sub(3).span(14, 45)))
}

// deploySucceeds: one deployment in ten fails and changes nothing.
func deploySucceeds(c cycle, gen int64) bool { return !c.k.sub(uint64(gen) + 5000).chance(0.10) }

// deployTook is how long a deployment ran.
func deployTook(c cycle, gen int64) moment { return c.k.sub(uint64(gen)+9000).span(20, 400) }

// nextDeployment is the first successful deployment into a stage after a
// moment.
func (w *World) nextDeployment(project, stage int, after moment) moment {
	c := w.deployCycle(project, stage)
	gen, _, _ := c.at(after)
	for gen++; !deploySucceeds(c, gen); gen++ {
	}
	return c.start(gen)
}

// lastDeployment is the last successful deployment that brought a new version
// of the item with key k, or when it was first brought.
func (w *World) lastDeployment(s spec, k key, created, t moment) moment {
	c := w.deployCycle(s.project, s.stage)
	for gen, start := c.last(t); start > created; gen, start = gen-1, c.start(gen-1) {
		if deploySucceeds(c, gen) && deployChanges(k, gen) {
			return start
		}
	}
	return created
}

// deployChanges reports whether a deployment carried a different version of an
// item.
func deployChanges(k key, gen int64) bool { return k.sub2(tagDeploy, uint64(gen)).chance(0.4) }

// deployedLife is the life of an item in a stage that is deployed to. It has
// the number of its origin, so that the two can be paired.
func (w *World) deployedLife(s spec, l life, it *istate, t moment) {
	src, srcLife := *s.origin, life{created: s.originCreated, state: StateActive}
	origin := istate{plan: it.plan}
	w.itemLife(src, srcLife, w.itemKey(src, srcLife, it.plan), &origin, t)
	if it.plan.leaf && origin.created != 0 {
		if arrival := w.nextDeployment(s.project, s.stage, origin.created); origin.created > l.created && arrival <= t {
			it.gen, it.created, it.changed, it.present = origin.gen, arrival, arrival, true
			return
		}
	}
	// What was there from the beginning was brought by the first deployment.
	k := w.itemKey(s, l, it.plan)
	it.created = l.created + k.sub(1).span(20*minute, 4*day)
	it.gen = 0
	if it.plan.leaf {
		w.olderCopy(s, l, src, srcLife, it, t)
		return
	}
	it.changed, it.present = it.created, true
}

// olderCopy finds the version of a leaf item that is in the stage while the
// newest has not arrived: the one before, which stays when its origin is
// deleted, because deletions are not propagated.
func (w *World) olderCopy(s spec, l life, src spec, srcLife life, it *istate, t moment) {
	k := w.itemKey(src, srcLife, it.plan)
	c := newCycle(k.sub(2), w.slow(300+k.sub(3).span(0, 900)))
	gen, _, _ := c.at(t)
	for n := 1; n <= 3 && gen-int64(n) > 0; n++ {
		start := c.start(gen - int64(n))
		if start <= l.created {
			break
		}
		if arrival := w.nextDeployment(s.project, s.stage, start); arrival <= t {
			it.gen, it.created, it.changed, it.present = uint32(gen)-uint32(n), arrival, arrival, true
			return
		}
	}
	it.changed, it.present = it.created, true
}

// appCopyAt is the copy that an app made of an item: it is as old as the app's
// last update, and nobody has rights on it.
func (w *World) appCopyAt(s spec, l life, p itemPlan, t moment, full bool) istate {
	original := p
	original.k = p.original()
	it := istate{plan: p}
	src := w.itemAt(s, l, original, t, full)
	created, updated, ok := w.appDates(s, l, t)
	if !ok || !src.present || src.created > updated {
		return it
	}
	it.present, it.gen, it.label = true, src.gen, src.label
	it.created = max(created, src.created)
	it.modified, it.changed = max(updated, it.created), max(updated, it.created)
	it.creator, it.editor = src.creator, src.editor
	return it
}

// appDates: an app is published some weeks after its workspace was made and
// updated now and then.
func (w *World) appDates(s spec, l life, t moment) (created, updated moment, ok bool) {
	k := s.k.sub(tagApp)
	created = office(l.created + k.span(20*day, 90*day))
	if created > t {
		return 0, 0, false
	}
	_, start := newCycle(k, w.slow(60)).last(t)
	return created, max(start, created), true
}
