package entra

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// ObjectID reads whom an access token is about: the object id of the service
// principal (claim oid) in lower case. It is empty where the token does not
// tell. The token comes from Entra ID itself; nothing is decided by this that
// Microsoft does not decide again.
func ObjectID(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		OID string `json:"oid"`
	}
	if json.Unmarshal(body, &claims) != nil {
		return ""
	}
	return strings.ToLower(claims.OID)
}
