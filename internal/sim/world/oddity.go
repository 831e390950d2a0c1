package world

import "strings"

// oddCase is one curiosity: a workspace whose name, type or state is unusual.
type oddCase struct {
	twist twist
	name  string
	note  string // becomes Workspace.Oddity for names
}

// oddCases are pinned to the first odd slots, the most telling first; later
// odd slots draw among them and among the plain naming mistakes.
var oddCases = []oddCase{
	{twistName, "<script>alert('Power BI')</script>", "markup in the name"},
	{twistName, `=cmd|'/C calc'!A0`, "spreadsheet formula in the name"},
	{twistName, "FIN-Budget-\u202eDORP", "bidirectional override in the name"},
	{twistName, "FIN-Bud\u200bget-PROD", "zero-width space in the name"},
	{twistName, "F\u0406N-Budget-PROD", "Cyrillic letter in a Latin name"},
	{twistName, "fin-budget-prod", "differs from another name by case only"},
	{twistClassic, "Vertrieb Übersicht Größe", ""},
	{twistRemoving, "zz_to_be_deleted", ""},
	{twistName, "営業部 月次レポート", "Japanese name"},
	{twistName, "تقارير المبيعات الشهرية", "Arabic name"},
	{twistName, "דוחות כספיים 2026", "Hebrew name"},
	{twistName, "Отчёты по продажам", "Cyrillic name"},
	{twistName, "🚀 Growth Hacking 🔥", "emoji in the name"},
	{twistAdminType, "Admin monitoring", ""},
	{twistUnknownType, "Planning sandbox", ""},
	{twistName, longName, "very long name"},
	{twistName, `O'Brien & Söhne "Q4" <final>; DROP TABLE`, "quotes and markup in the name"},
	{twistName, "Monthly\nReporting\tEMEA", "line break in the name"},
	{twistRestored, "OPS-Energia-PROD", ""},
	{twistName, "+1-800-SALES", "begins like a formula"},
	{twistName, "@risk weekly", "begins like a formula"},
	{twistName, "-2026 closing-", "begins like a formula"},
	{twistName, "FIN_Budget_PROD", "underscores instead of hyphens"},
	{twistName, "FIN-Budget-Prd", "unknown stage"},
	{twistName, "FINBudget-PROD", "no separator after the department"},
	{twistName, "XYZ-Project-PROD", "unknown department"},
	{twistName, "prod-budget-fin", "parts in the wrong order"},
	{twistName, " SAL-Orders-PROD ", "spaces around the name"},
	{twistName, "SAL  Orders", "double space, no stage"},
	{twistName, "Copy of FIN-Budget-PROD (2)", "copy of another workspace"},
	{twistName, "New workspace (3)", "never named"},
	{twistName, "test test 123", "test content"},
	{twistName, "TEMP - DO NOT USE", "temporary for ever"},
	{twistName, "asdf", "meaningless name"},
	{twistName, "Finance", "department instead of a project"},
	{twistName, "FIN-Budget-PROD-old-final-v2", "version in the name"},
	{twistName, "ＦＩＮ-Ｂｕｄｇｅｔ-ＰＲＯＤ", "full-width letters"},
	{twistName, "Z\u0351\u036b\u0343algo reporting", "stacked combining marks"},
	{twistClassic, "Marketing Team Site", ""},
	{twistName, "../../etc/passwd", "path in the name"},
}

var longName = "Enterprise-wide consolidated group reporting for all legal entities, regions, product lines and " +
	strings.Repeat("sub-divisions thereof, ", 6) + "2026"

// mistakes are the plain naming mistakes; %D, %P and %S stand for department
// code, subject and stage.
var mistakes = []oddCase{
	{twistName, "%D_%P_%S", "underscores instead of hyphens"},
	{twistName, "%D-%P-Production", "stage spelt out"},
	{twistName, "%D %P %S", "spaces instead of hyphens"},
	{twistName, "%P", "no department, no stage"},
	{twistName, "%P reports (copy)", "copy of another workspace"},
	{twistName, "%D-%P", "no stage"},
	{twistName, "%D-%P-%S-v2", "version in the name"},
	{twistName, "Old %P", "no department, no stage"},
	{twistName, "%P - temp", "temporary for ever"},
	{twistName, "%D-%P-QA", "unknown stage"},
}

// oddCaseOf is the curiosity of an odd slot.
func oddCaseOf(s spec) oddCase {
	if s.ordinal < len(oddCases) {
		return oddCases[s.ordinal]
	}
	k := s.k.sub(tagTwist)
	if k.chance(0.9) {
		return pick(k.sub(1), mistakes)
	}
	c := pick(k.sub(2), oddCases)
	if c.twist == twistAdminType {
		return mistakes[0]
	}
	return c
}

// fill puts department, subject and stage into a mistake's pattern.
func (c oddCase) fill(dept int, subject, stage string) string {
	if !strings.Contains(c.name, "%") {
		return c.name
	}
	return strings.NewReplacer("%D", departments[dept].code, "%P", subject, "%S", stage).Replace(c.name)
}
