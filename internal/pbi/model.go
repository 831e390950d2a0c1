package pbi

// Schedule is a refresh schedule. A DirectQuery one has Frequency (minutes)
// beside or instead of Times.
type Schedule struct {
	Days, Times            []string
	Enabled                bool
	TimeZone, NotifyOption string
	Frequency              int
}

// Table is one table of a semantic model.
type Table struct {
	Name, Description, StorageMode string
	Hidden                         bool
	Columns                        []Column
	Measures                       []Measure
	// Source are the expressions (M) that the table is loaded with.
	Source []string
}

// Column is one column; Expression is set on calculated ones, if asked for.
type Column struct {
	Name, DataType, ColumnType, Expression string
	Hidden                                 bool
}

// Measure is one measure.
type Measure struct {
	Name, Expression, Description string
	Hidden                        bool
}

// Expression is a parameter or shared query of a model.
type Expression struct{ Name, Description, Expression string }

// Role is a row-level-security role.
type Role struct {
	Name, ModelPermission string
	Members               []RoleMember
	Filters               []RoleFilter
}

// RoleMember is who a role applies to.
type RoleMember struct{ Name, ID, Type, IdentityProvider string }

// RoleFilter is what a role lets through of one table.
type RoleFilter struct{ Table, Expression string }

// model reads what datasets and dataflows have of their own.
func (it *Item) model(c *cursor, key string) {
	switch key {
	case "isreadonly":
		it.ReadOnly = c.boolean()
	case "contentprovidertype":
		it.ContentProvider = c.word()
	case "targetstoragemode":
		it.StorageMode = c.word()
	case "iseffectiveidentityrequired":
		it.IdentityRequired = c.boolean()
	case "iseffectiveidentityrolesrequired":
		it.IdentityRolesRequired = c.boolean()
	case "refreshschedule":
		it.RefreshSchedule = readSchedule(c)
	case "directqueryrefreshschedule":
		it.DirectQuerySchedule = readSchedule(c)
	case "tables":
		it.TablesKnown = c.array(func() { it.Tables = append(it.Tables, readTable(c)) })
	case "expressions":
		c.array(func() { it.Expressions = append(it.Expressions, readExpression(c)) })
	case "roles":
		it.RolesKnown = c.array(func() { it.Roles = append(it.Roles, readRole(c)) })
	case "schemaretrievalerror":
		it.SchemaError = c.text()
	case "schemamaynotbeuptodate":
		it.SchemaMayBeOld = c.boolean()
	case "generation":
		it.Generation = c.integer()
	case "modelurl":
		it.ModelURL = c.text()
	}
}

// readSchedule reads a schedule; nil when it is none.
func readSchedule(c *cursor) *Schedule {
	var s Schedule
	if !c.object(func(key, _ string) {
		switch key {
		case "days":
			s.Days = c.texts()
		case "times":
			s.Times = c.texts()
		case "enabled":
			s.Enabled = c.boolean()
		case "localtimezoneid":
			s.TimeZone = c.word()
		case "notifyoption":
			s.NotifyOption = c.word()
		case "frequency":
			s.Frequency = c.integer()
		}
	}) {
		return nil
	}
	return &s
}

func readTable(c *cursor) Table {
	var t Table
	c.object(func(key, _ string) {
		switch key {
		case "name":
			t.Name = c.text()
		case "description":
			t.Description = c.text()
		case "storagemode":
			t.StorageMode = c.word()
		case "ishidden":
			t.Hidden = c.boolean()
		case "columns":
			c.array(func() { t.Columns = append(t.Columns, readColumn(c)) })
		case "measures":
			c.array(func() { t.Measures = append(t.Measures, readMeasure(c)) })
		case "source":
			c.array(func() { t.Source = append(t.Source, readExpression(c).Expression) })
		}
	})
	return t
}

func readColumn(c *cursor) Column {
	var col Column
	c.object(func(key, _ string) {
		switch key {
		case "name":
			col.Name = c.text()
		case "datatype":
			col.DataType = c.word()
		case "columntype":
			col.ColumnType = c.word()
		case "expression":
			col.Expression = c.text()
		case "ishidden":
			col.Hidden = c.boolean()
		}
	})
	return col
}

func readMeasure(c *cursor) Measure {
	var m Measure
	c.object(func(key, _ string) {
		switch key {
		case "name":
			m.Name = c.text()
		case "expression":
			m.Expression = c.text()
		case "description":
			m.Description = c.text()
		case "ishidden":
			m.Hidden = c.boolean()
		}
	})
	return m
}

func readExpression(c *cursor) Expression {
	var e Expression
	c.object(func(key, _ string) {
		switch key {
		case "name":
			e.Name = c.text()
		case "description":
			e.Description = c.text()
		case "expression":
			e.Expression = c.text()
		}
	})
	return e
}

func readRole(c *cursor) Role {
	var r Role
	c.object(func(key, _ string) {
		switch key {
		case "name":
			r.Name = c.text()
		case "modelpermission":
			r.ModelPermission = c.word()
		case "members":
			c.array(func() { r.Members = append(r.Members, readRoleMember(c)) })
		case "tablepermissions":
			c.array(func() { r.Filters = append(r.Filters, readRoleFilter(c)) })
		}
	})
	return r
}

func readRoleMember(c *cursor) RoleMember {
	var m RoleMember
	c.object(func(key, _ string) {
		switch key {
		case "membername":
			m.Name = c.word()
		case "memberid":
			m.ID = c.personID()
		case "membertype":
			m.Type = c.word()
		case "identityprovider":
			m.IdentityProvider = c.word()
		}
	})
	return m
}

func readRoleFilter(c *cursor) RoleFilter {
	var f RoleFilter
	c.object(func(key, _ string) {
		switch key {
		case "name":
			f.Table = c.text()
		case "filterexpression":
			f.Expression = c.text()
		}
	})
	return f
}
