// Package evaluate judges what a published scan shows: it reads facts from the
// database workspace by workspace, asks the rules in force, reconciles their
// findings with the violations that are known, and writes the changes and the
// scan's figures. It owns the order of these steps and what is judged again;
// what a rule means is internal/policy's, the life of a violation
// internal/violation's, SQL internal/db's. It does not know Power BI and does
// not decide anything for people.
//
// What is judged:
//
//   - everything, when the rules or their parameters differ from the last
//     judging, when a UTC day has passed since, or when a third of the tenant
//     changed. Ages and use are counted in whole days, so that a verdict about
//     them cannot change within a day;
//   - otherwise the workspaces of which a row changed since the last judging,
//     and those whose facts are made from rows elsewhere that changed: people
//     and groups, capacities, stages, links, namesakes, models.
//
// Workspaces that the scan could not see are left alone. Judging may stop
// anywhere and be started again: units already done change nothing.
package evaluate
