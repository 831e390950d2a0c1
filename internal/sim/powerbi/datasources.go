package powerbi

import (
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// datasource is an instance; without a gatewayId it is in the cloud.
type datasource struct {
	Type       string            `json:"datasourceType"`
	Connection map[string]string `json:"connectionDetails"`
	ID         string            `json:"datasourceId"`
	GatewayID  string            `json:"gatewayId,omitempty"`
}

func wireDatasource(d world.Datasource) datasource {
	return datasource{d.Type, d.Connection, d.ID, d.GatewayID}
}

// itemDatasources lists the datasources of a model or dataflow, for the admin.
func (s *Service) itemDatasources(kind world.ItemKind, param string) func(*rest.Call) {
	return func(c *rest.Call) {
		_, it, ok := s.world.Item(c.Param(param), c.At)
		if !ok || it.Kind != kind {
			c.NotFound()
			return
		}
		var ids []string
		if it.Model != nil {
			ids = append(append(ids, it.Model.Datasources...), it.Model.Misconfigured...)
		}
		if it.Dataflow != nil {
			ids = append(append(ids, it.Dataflow.Datasources...), it.Dataflow.Misconfigured...)
		}
		rows := []datasource{}
		for _, id := range ids {
			if d, ok := s.world.Datasource(id, c.At); ok {
				rows = append(rows, wireDatasource(d))
			}
		}
		answerList(c, "datasources", rows)
	}
}

// exportDataflow answers with the dataflow's definition, in the common data
// model's format.
func (s *Service) exportDataflow(c *rest.Call) {
	_, it, ok := s.world.Item(c.Param("dataflowId"), c.At)
	if !ok || it.Dataflow == nil {
		c.NotFound()
		return
	}
	c.JSON(200, map[string]any{"name": it.Name, "description": it.Description, "version": "1.0", "culture": "en-US",
		"modifiedTime": pacific(it.Modified), "entities": []any{}})
}
