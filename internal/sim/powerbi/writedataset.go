package powerbi

import (
	"encoding/json"
	"net/http"

	"steward/internal/sim/acts"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

func (s *Service) parameters(c *rest.Call) {
	list, err := s.acts.Parameters(actor(c), c.Param("groupId"), c.Param("datasetId"), c.At)
	if refused(c, err) {
		return
	}
	type row struct {
		Name     string `json:"name"`
		Type     string `json:"type"`
		Required bool   `json:"isRequired"`
		Value    string `json:"currentValue"`
	}
	var rows []row
	for _, p := range list {
		rows = append(rows, row{p.Name, p.Type, p.Required, p.Value})
	}
	answerList(c, "parameters", rows)
}

func (s *Service) updateParameters(c *rest.Call) {
	var body struct {
		Details []acts.NewValue `json:"updateDetails"`
	}
	if c.Decode(&body) && !refused(c, s.acts.UpdateParameters(actor(c), c.Param("groupId"), c.Param("datasetId"), body.Details, c.Now)) {
		c.Empty(http.StatusOK)
	}
}

// modelDatasources lists where a model gets its data.
func (s *Service) modelDatasources(c *rest.Call) {
	list, err := s.acts.Sources(actor(c), c.Param("groupId"), c.Param("datasetId"), c.At)
	if refused(c, err) {
		return
	}
	var rows []datasource
	for _, d := range list {
		rows = append(rows, wireDatasource(d))
	}
	answerList(c, "datasources", rows)
}

func (s *Service) updateDatasources(c *rest.Call) {
	var body struct {
		Details []struct {
			Connection map[string]string `json:"connectionDetails"`
			Selector   *struct {
				Type       string            `json:"datasourceType"`
				Connection map[string]string `json:"connectionDetails"`
			} `json:"datasourceSelector"`
		} `json:"updateDetails"`
	}
	if !c.Decode(&body) {
		return
	}
	var list []acts.NewSource
	for _, d := range body.Details {
		n := acts.NewSource{Connection: d.Connection}
		if d.Selector != nil {
			n.SelectorType, n.Selector = d.Selector.Type, d.Selector.Connection
		}
		list = append(list, n)
	}
	if !refused(c, s.acts.UpdateDatasources(actor(c), c.Param("groupId"), c.Param("datasetId"), list, c.Now)) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) bindToGateway(c *rest.Call) {
	var body struct {
		Gateway string   `json:"gatewayObjectId"`
		Sources []string `json:"datasourceObjectIds"`
	}
	if !c.Decode(&body) {
		return
	}
	if !isGUID(body.Gateway) {
		c.BadRequest("gatewayObjectId must be a GUID.")
		return
	}
	if !refused(c, s.acts.BindToGateway(actor(c), c.Param("groupId"), c.Param("datasetId"), body.Gateway, body.Sources, c.Now)) {
		c.Empty(http.StatusOK)
	}
}

type gateway struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Type       string     `json:"type"`
	Annotation string     `json:"gatewayAnnotation,omitempty"`
	Key        gatewayKey `json:"publicKey"`
}

type gatewayKey struct {
	Exponent string `json:"exponent"`
	Modulus  string `json:"modulus"`
}

func wireGateway(g world.Gateway) gateway {
	return gateway{ID: g.ID, Name: g.Name, Type: "Resource", Key: gatewayKey{"AQAB", "o6j2uNlUnBJ2uQ=="}}
}

func answerGateways(c *rest.Call, list []world.Gateway) {
	var rows []gateway
	for _, g := range list {
		rows = append(rows, wireGateway(g))
	}
	answerList(c, "gateways", rows)
}

func (s *Service) gateways(c *rest.Call) { answerGateways(c, s.acts.Gateways(actor(c))) }

func (s *Service) gateway(c *rest.Call) {
	g, err := s.acts.Gateway(actor(c), c.Param("gatewayId"))
	if !refused(c, err) {
		c.JSON(http.StatusOK, wireGateway(g))
	}
}

func (s *Service) discoverGateways(c *rest.Call) {
	list, err := s.acts.Discover(actor(c), c.Param("groupId"), c.Param("datasetId"), c.At)
	if !refused(c, err) {
		answerGateways(c, list)
	}
}

// gatewaySource is a datasource of a gateway; its connection is JSON in a string.
type gatewaySource struct {
	ID         string `json:"id"`
	GatewayID  string `json:"gatewayId"`
	Type       string `json:"datasourceType"`
	Connection string `json:"connectionDetails"`
	Credential string `json:"credentialType"`
	Name       string `json:"datasourceName"`
}

func answerGatewaySources(c *rest.Call, list []world.Datasource) {
	var rows []gatewaySource
	for _, d := range list {
		text, _ := json.Marshal(d.Connection) // a map of strings cannot fail
		rows = append(rows, gatewaySource{d.ID, d.GatewayID, d.Type, string(text), "Windows", d.Type + " " + d.ID[:8]})
	}
	answerList(c, "gatewayDatasources", rows)
}

func (s *Service) gatewayDatasources(c *rest.Call) {
	list, err := s.acts.GatewaySources(actor(c), c.Param("gatewayId"), c.At)
	if !refused(c, err) {
		answerGatewaySources(c, list)
	}
}

func (s *Service) boundDatasources(c *rest.Call) {
	list, err := s.acts.Bound(actor(c), c.Param("groupId"), c.Param("datasetId"), c.At)
	if !refused(c, err) {
		answerGatewaySources(c, list)
	}
}
