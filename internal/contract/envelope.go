package contract

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// checkEnvelope checks an error answer. The Power BI document declares no
// errors at all; the shapes below are those seen live. Power BI often sends an
// empty body and gives the reason in a header; 429 may come bare.
func checkEnvelope(d *document, status int, header http.Header, body []byte) []string {
	if len(body) == 0 {
		if header.Get("X-PowerBI-Error-Info") == "" && header.Get("x-ms-public-api-error-code") == "" &&
			status < 500 && status != http.StatusTooManyRequests && status != http.StatusNotFound {
			return []string{"an error with neither body nor X-PowerBI-Error-Info"}
		}
		return nil
	}
	var value map[string]any
	if err := json.Unmarshal(body, &value); err != nil {
		return []string{fmt.Sprintf("the error body is not a JSON object: %v", err)}
	}
	if d.file == "powerbi.json.gz" {
		return powerBIEnvelope(value)
	}
	return fabricEnvelope(value)
}

// powerBIEnvelope accepts {"error":{"code":...}} and the older {"Message":...}.
func powerBIEnvelope(value map[string]any) []string {
	if e, ok := value["error"].(map[string]any); ok {
		if code, ok := e["code"].(string); !ok || code == "" {
			return []string{"error.code is missing"}
		}
		if message, ok := e["message"]; ok {
			if _, text := message.(string); !text && message != nil {
				return []string{"error.message is not a string"}
			}
		}
		return nil
	}
	for _, key := range []string{"Message", "message"} {
		if _, ok := value[key].(string); ok {
			return nil
		}
	}
	return []string{"the error body has neither error.code nor message"}
}

// fabricEnvelope follows ErrorResponse of the Fabric documents.
func fabricEnvelope(value map[string]any) []string {
	var problems []string
	for _, key := range []string{"errorCode", "message", "requestId"} {
		text, ok := value[key].(string)
		if !ok || text == "" {
			problems = append(problems, key+" is missing")
		}
	}
	if retriable, ok := value["isRetriable"]; ok {
		if _, isBool := retriable.(bool); !isBool {
			problems = append(problems, "isRetriable is not a boolean")
		}
	}
	return problems
}
