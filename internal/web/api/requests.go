package api

import (
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
)

type withdrawBody struct {
	Reason  string `json:"reason,omitempty"`
	Version int64  `json:"version,omitempty" says:"The version you saw; the present one when left out."`
}

type commentWish struct {
	Text string `json:"text"`
}

type submitBody struct {
	Version int64 `json:"version,omitempty" says:"The version you saw; the present one when left out."`
}

// requests are asking, watching and taking back. All of them are the report
// requests.
func (a *API) requests() []Operation {
	which := []Param{id("The request's id.")}
	one := ref("Request")
	wish := Schema{"oneOf": wishes()}
	return []Operation{
		{Method: http.MethodPost, Path: "/requests/plan", ID: "planRequest", Tag: "Requests", Summary: "Plan a request without storing anything",
			About:  "Answers 200 also when something is refused: that is what it is for.",
			Action: auth.BeginRequest, Body: wish, Form: true, Answer: schemaOf(reflect.TypeFor[planBody]()), Serve: a.plan},
		{Method: http.MethodPost, Path: "/requests", ID: "ask", Tag: "Requests", Summary: "Ask for something",
			About:  "Stores and submits it, unless submit is false. When anything is refused, nothing is stored. A person then agrees on a page, or does not.",
			Action: auth.BeginRequest, Body: wish, Form: true, Status: http.StatusCreated, Answer: one, Serve: a.ask},
		{Method: http.MethodGet, Path: "/requests/{id}", ID: "getRequest", Tag: "Requests", Summary: "Where a request stands",
			About: "With If-None-Match, 304 while nothing changed: that is how to wait for it.", Action: auth.ViewRequests, Params: which, Answer: one, Serve: a.show},
		{Method: http.MethodGet, Path: "/requests/{id}/plan", ID: "getPlan", Tag: "Requests", Summary: "The plan that was submitted last", Action: auth.ViewRequests, Params: which, Answer: Schema{"type": "object"}, Serve: a.showPlan},
		{Method: http.MethodPost, Path: "/requests/{id}/submit", ID: "submitRequest", Tag: "Requests", Summary: "Submit a draft", Action: auth.EditRequest, Params: which,
			Body: schemaOf(reflect.TypeFor[submitBody]()), Answer: one, Serve: a.submit},
		{Method: http.MethodPost, Path: "/requests/{id}/withdraw", ID: "withdrawRequest", Tag: "Requests", Summary: "Take a request back", About: "Until it is being carried out: then an operator stops the run.",
			Action: auth.WithdrawOwn, Params: which, Body: schemaOf(reflect.TypeFor[withdrawBody]()), Answer: one, Serve: a.withdraw},
		{Method: http.MethodPost, Path: "/requests/{id}/comments", ID: "commentOnRequest", Tag: "Requests", Summary: "Write at a request", Action: auth.CommentRequest, Params: which,
			Body: schemaOf(reflect.TypeFor[commentWish]()), Status: http.StatusCreated, Answer: one, Serve: a.comment},
	}
}

// wishes are the bodies of all kinds: each with parameters of its own.
func wishes() []Schema {
	var out []Schema
	for _, k := range request.Kinds() {
		s := schemaOf(reflect.TypeFor[wishBody]())
		if f, ok := s["properties"].(Schema); ok {
			f["kind"] = Schema{"const": string(k.Kind)}
			f["params"] = paramsSchema(k.Kind)
		}
		s["title"], s["description"] = k.Title, k.Asks
		out = append(out, s)
	}
	return out
}

var keyPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// wanted reads what is asked for, from JSON or from a form with the same names.
func (a *API) wanted(c echo.Context) (wishBody, Form, error) {
	var w wishBody
	values, err := url.Values{}, error(nil)
	if kind := c.Request().Header.Get(echo.HeaderContentType); strings.HasPrefix(kind, "multipart/form-data") || strings.HasPrefix(kind, echo.MIMEApplicationForm) {
		values, err = w.fromForm(c)
	} else if err = read(c, &w); err == nil {
		if !request.Kind(w.Kind).Valid() {
			return w, Form{}, noKind()
		}
		values, err = flat(request.Kind(w.Kind), w.Params)
	}
	if err != nil {
		return w, Form{}, err
	}
	if !request.Kind(w.Kind).Valid() {
		return w, Form{}, noKind()
	}
	if w.Key != "" && !keyPattern.MatchString(w.Key) {
		return w, Form{}, badKey()
	}
	values.Set("reason", w.Reason)
	values.Set("not_before", w.NotBefore)
	f, err := a.Site.Form(c, request.Kind(w.Kind), w.Tenant, values)
	f.In.Key = w.Key
	return w, f, err
}

func badKey() error {
	return &fault.Error{Kind: fault.Invalid, Field: "key", Sentence: "A key is 8 to 64 letters, digits, - and _."}
}

func noKind() error {
	return &fault.Error{Kind: fault.Invalid, Field: "kind", Sentence: "There is no such kind of request. GET " + Root + "/kinds lists what there is."}
}

// fromForm takes the same from a form, which may carry a file.
func (w *wishBody) fromForm(c echo.Context) (url.Values, error) {
	values, err := c.FormParams()
	if err != nil {
		return nil, unreadable(err)
	}
	values = clone(values)
	for name, into := range map[string]*string{"kind": &w.Kind, "tenant": &w.Tenant, "reason": &w.Reason, "not_before": &w.NotBefore, "key": &w.Key} {
		*into = values.Get(name)
		values.Del(name)
	}
	if submit, err := strconv.ParseBool(values.Get("submit")); err == nil {
		w.Submit = &submit
	}
	values.Del("submit")
	return values, nil
}

func clone(v url.Values) url.Values {
	out := url.Values{}
	for name, list := range v {
		out[name] = list
	}
	return out
}

func (a *API) plan(c echo.Context) error {
	_, f, err := a.wanted(c)
	if err != nil {
		return err
	}
	body, err := bodyOfPlan(f)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, body)
}

// ask stores a request and submits it.
func (a *API) ask(c echo.Context) error {
	w, f, err := a.wanted(c)
	if err != nil {
		return err
	}
	if len(f.Errors) > 0 || f.Problem != "" {
		return &Refusal{f.Errors, f.Problem}
	}
	ctx, by := c.Request().Context(), a.Site.By(c)
	r, err := a.Desk.Draft(ctx, by, f.Tenant, f.In)
	if err != nil {
		return err
	}
	if (w.Submit == nil || *w.Submit) && r.State == request.Draft && r.Revision == 0 {
		if err := a.send(c, by, r.ID, r.Version); err != nil {
			return err
		}
	}
	c.Response().Header().Set(echo.HeaderLocation, Root+"/requests/"+r.ID)
	return a.tell(c, http.StatusCreated, r.ID)
}

// send submits a draft; what is refused at its fields comes back as such.
func (a *API) send(c echo.Context, by desk.By, id string, version int64) error {
	_, p, err := a.Desk.Submit(c.Request().Context(), by, id, version)
	if err != nil && len(p.Errors) > 0 {
		return &Refusal{Errors: p.Errors}
	}
	if err != nil && errors.Is(err, p.Refused) && !fault.Is(err, fault.NotFound) {
		return &Refusal{Problem: fault.Sentence(err)}
	}
	return err
}

func (a *API) submit(c echo.Context) error {
	var w submitBody
	r, by, err := a.own(c, &w)
	if err != nil {
		return err
	}
	if w.Version == 0 {
		w.Version = r.Version
	}
	if err := a.send(c, by, r.ID, w.Version); err != nil {
		return hidden(err)
	}
	return a.tell(c, http.StatusOK, r.ID)
}

// own reads the body, and the request of the address if the caller may see it.
func (a *API) own(c echo.Context, into any) (request.Request, desk.By, error) {
	by := a.Site.By(c)
	if err := read(c, into); err != nil {
		return request.Request{}, by, err
	}
	s, err := a.Desk.Standing(c.Request().Context(), by, c.Param("id"))
	return s.Facing.Request, by, hidden(err)
}

func (a *API) withdraw(c echo.Context) error {
	var w withdrawBody
	r, by, err := a.own(c, &w)
	if err != nil {
		return err
	}
	if w.Version == 0 {
		w.Version = r.Version
	}
	if _, err := a.Desk.Withdraw(c.Request().Context(), by, r.ID, w.Version, w.Reason); err != nil {
		return hidden(err)
	}
	return a.tell(c, http.StatusOK, r.ID)
}

func (a *API) comment(c echo.Context) error {
	var w commentWish
	r, by, err := a.own(c, &w)
	if err != nil {
		return err
	}
	if err := a.Desk.Comment(c.Request().Context(), by, r.ID, w.Text); err != nil {
		return hidden(err)
	}
	return a.tell(c, http.StatusCreated, r.ID)
}

func (a *API) show(c echo.Context) error { return a.tell(c, http.StatusOK, c.Param("id")) }

// tell answers with a request as it stands for the caller.
func (a *API) tell(c echo.Context, status int, id string) error {
	ctx := c.Request().Context()
	s, err := a.Desk.Standing(ctx, a.Site.By(c), id)
	if err != nil {
		return hidden(err)
	}
	out := a.bodyOfRequest(s)
	events, err := a.Reader.RequestEvents(ctx, id)
	if err != nil {
		return err
	}
	for _, e := range events {
		out.Events = append(out.Events, eventBody{Moment(e.At), e.By.Name, e.What, string(e.From), string(e.To), e.Note})
	}
	switch run, rerr := a.runOf(c, id); {
	case rerr == nil:
		out.Run = &run
	case !fault.Is(rerr, fault.NotFound):
		return rerr
	}
	return answer(c, status, out)
}

func (a *API) runOf(c echo.Context, id string) (runBody, error) {
	ctx := c.Request().Context()
	r, err := a.Reader.Run(ctx, id)
	if err != nil {
		return runBody{}, err
	}
	var steps []db.RunStep
	steps, err = a.Reader.RunSteps(ctx, id)
	return bodyOfRun(r, steps), err
}

// showPlan answers with the very bytes that were hashed and agreed to.
func (a *API) showPlan(c echo.Context) error {
	ctx := c.Request().Context()
	s, err := a.Desk.Standing(ctx, a.Site.By(c), c.Param("id"))
	if err != nil {
		return hidden(err)
	}
	hash := s.Facing.Request.Plan
	if hash == "" {
		hashes, err := a.Reader.RequestPlans(ctx, s.Facing.Request.ID)
		if err != nil {
			return err
		}
		if len(hashes) == 0 {
			return fault.New(fault.NotFound, "This request was never submitted, so there is no plan. POST %s/requests/plan plans one.", Root)
		}
		hash = hashes[len(hashes)-1]
	}
	_, body, err := a.Reader.RequestPlan(ctx, hash)
	if err != nil {
		return err
	}
	return tagged(c, http.StatusOK, "application/json", body)
}

// hidden makes what is absent look like what is forbidden.
func hidden(err error) error {
	if fault.Is(err, fault.NotFound) {
		return auth.Hidden()
	}
	return err
}
