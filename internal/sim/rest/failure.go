package rest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Failure is an error answer before it is put into a service's envelope.
type Failure struct {
	Status int
	// Code is Microsoft's error code, Message its text, Target what it is about.
	Code, Message, Target string
	// HeaderOnly leaves the body empty and puts the code into
	// X-PowerBI-Error-Info, as Power BI often does. Other services ignore it.
	HeaderOnly bool
	// Older uses Power BI's envelope of one member, "Message" or "message".
	Older string
	// RetryAfter is written as whole seconds; zero writes no header.
	RetryAfter time.Duration
	// Retriable is Fabric's isRetriable.
	Retriable bool
}

// Fail answers with an error in the envelope of the call's service.
func (c *Call) Fail(f Failure) {
	if f.RetryAfter > 0 {
		secs := int64((f.RetryAfter + time.Second - 1) / time.Second)
		c.W.Header().Set("Retry-After", strconv.FormatInt(secs, 10))
	}
	switch c.Service {
	case Fabric:
		c.failFabric(f)
	case Graph:
		c.failGraph(f)
	case Login:
		c.JSON(f.Status, map[string]any{"error": "invalid_request", "error_description": f.Message})
	default:
		c.failPowerBI(f)
	}
}

type powerBIError struct {
	Code    string       `json:"code"`
	Message string       `json:"message,omitempty"`
	Target  string       `json:"target,omitempty"`
	Detail  *powerBIInfo `json:"pbi.error,omitempty"`
}

type powerBIInfo struct {
	Code       string         `json:"code"`
	Parameters map[string]any `json:"parameters"`
	Details    []any          `json:"details"`
	Culprit    int            `json:"exceptionCulprit"`
}

// failPowerBI uses the four shapes that Power BI has: the nested envelope when
// only a code is known, the plain one with a message, the older single member,
// and nothing but headers.
func (c *Call) failPowerBI(f Failure) {
	switch {
	case f.HeaderOnly:
		c.W.Header().Set("X-PowerBI-Error-Info", f.Code)
		c.Empty(f.Status)
	case f.Older != "":
		c.JSON(f.Status, map[string]string{f.Older: f.Message})
	case f.Message == "":
		c.W.Header().Set("X-PowerBI-Error-Info", f.Code)
		c.JSON(f.Status, map[string]any{"error": powerBIError{Code: f.Code,
			Detail: &powerBIInfo{f.Code, map[string]any{}, []any{}, 1}}})
	default:
		c.JSON(f.Status, map[string]any{"error": powerBIError{Code: f.Code, Message: f.Message, Target: f.Target}})
	}
}

func (c *Call) failFabric(f Failure) {
	c.W.Header().Set("x-ms-public-api-error-code", f.Code)
	body := map[string]any{"requestId": c.RequestID, "errorCode": f.Code, "message": f.Message}
	if f.Message == "" {
		body["message"] = f.Code
	}
	if f.Retriable {
		body["isRetriable"] = true
	}
	if f.Target != "" {
		body["moreDetails"] = []any{map[string]string{"errorCode": f.Code, "message": f.Target}}
	}
	c.JSON(f.Status, body)
}

func (c *Call) failGraph(f Failure) {
	client := c.R.Header.Get("client-request-id")
	if client == "" {
		client = c.RequestID
	}
	c.JSON(f.Status, map[string]any{"error": map[string]any{"code": f.Code, "message": f.Message,
		"innerError": map[string]string{"date": c.Now.UTC().Format("2006-01-02T15:04:05"),
			"request-id": c.RequestID, "client-request-id": client}}})
}

// NotFound answers 404 in the words of the service. Power BI says the same for
// an object that is not there and for one that the caller may not see.
func (c *Call) NotFound() {
	switch c.Service {
	case Fabric:
		c.Fail(Failure{Status: 404, Code: "EntityNotFound", Message: "The requested resource could not be found."})
	case Graph:
		c.Fail(Failure{Status: 404, Code: "Request_ResourceNotFound", Message: "Resource '" + c.lastParam() +
			"' does not exist or one of its queried reference-property objects are not present."})
	default:
		c.Fail(Failure{Status: 404, Code: "PowerBIEntityNotFound"})
	}
}

func (c *Call) lastParam() string {
	for _, s := range strings.Split(c.Op.Path, "/") {
		if strings.HasPrefix(s, "{") {
			return c.Params[strings.Trim(s, "{}")]
		}
	}
	return ""
}

// BadRequest answers 400 with a sentence, in the service's usual code.
func (c *Call) BadRequest(message string) {
	code := "InvalidRequest"
	switch c.Service {
	case Fabric:
		code = "InvalidInput"
	case Graph:
		code = "BadRequest"
	}
	c.Fail(Failure{Status: http.StatusBadRequest, Code: code, Message: message})
}

// NoRoute answers for a path that no operation has, or a method that the path
// does not allow.
func (c *Call) NoRoute(allow []string) {
	if len(allow) > 0 {
		c.W.Header().Set("Allow", strings.Join(allow, ", "))
		c.Fail(Failure{Status: 405, Code: "MethodNotAllowed", Older: "Message",
			Message: "The requested resource does not support http method '" + c.R.Method + "'."})
		return
	}
	c.Fail(Failure{Status: 404, Code: "NotFound", Older: "Message",
		Message: "No HTTP resource was found that matches the request URI."})
}
