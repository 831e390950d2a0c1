package stories

import "steward/web/templates/ui/stories"

// deskStories are the pages of asking and agreeing.
func deskStories() []stories.Story {
	return []stories.Story{{Name: "plan/whole", Component: planComponent()}, {Name: "plan/quiet", Component: quietPlan()}}
}
