package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/secret"
	"steward/internal/web/guard"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// ownTokens is the page of one's own tokens.
const ownTokens = "/me/tokens"

// tokenDays are the lives that the form offers, as far as the configuration
// lets a token live.
var tokenDays = []int{1, 7, 30, 90, 180, 365}

// tokens shows one's own tokens and the form for another.
func (s *Server) tokens(c echo.Context) error {
	return s.tokensPage(c, http.StatusOK, s.tokenForm(c, auth.TokenWish{Grants: []string{string(auth.GrantRead)}, Days: 30}), nil)
}

// tokensPage shows made once: it is nowhere else, not even here again.
func (s *Server) tokensPage(c echo.Context, status int, f ui.Form, made *templates.NewToken) error {
	who := s.viewer(c)
	mine, err := s.Auth.Tokens(c.Request().Context(), who.person)
	if err != nil {
		return err
	}
	v := templates.TokensPage{Page: s.bare(c, who), Form: f, Made: made, Tokens: s.tokenTable(mine)}
	v.Title, v.Kind, v.Active = "Tokens for programs", "You", "/me"
	v.Crumbs = []ui.Link{{Label: who.person.Name, Href: "/me"}}
	v.Notices = append(v.Notices, s.confirmFirst(c, auth.MakeToken)...)
	v.Also = []ui.Action{{Label: "What the API can do", Href: "/api"}}
	return render(c, status, templates.Tokens(v))
}

func (s *Server) tokenTable(all []auth.Token) ui.Table {
	t := ui.Table{ID: "tokens", Caption: "Your tokens", Columns: []ui.Column{{Label: "Purpose"}, {Label: "May"}, {Label: "Where"}, {Label: "Last used", Kind: ui.Date}, {Label: "Ends", Kind: ui.Date}, {Label: "State", Kind: ui.Badges}},
		Empty: ui.Empty{Why: "You have made no token.", More: "A token lets a pipeline or a script ask and watch for you."}}
	now := s.Now()
	for _, k := range all {
		words := make([]string, 0, len(k.Grants))
		for _, g := range k.Grants {
			words = append(words, string(g))
		}
		used := ui.Txt("never")
		if !k.Used.IsZero() {
			used = ui.When(k.Used, now)
			used.Sub = k.UsedIP
		}
		row := ui.Row{Cells: []ui.Cell{{Text: k.Purpose, Sub: "id " + k.ID}, ui.Txt(strings.Join(words, ", ")), ui.Txt(or(strings.Join(k.Tenants, ", "), "every tenant you see")), used, ui.When(k.Ends, now)}}
		switch {
		case !k.Ended.IsZero():
			row.Cells = append(row.Cells, ui.Parts(ui.BadgeView(ui.Badge{Text: "revoked", Tone: ui.Neutral})))
		case !k.Good(now):
			row.Cells = append(row.Cells, ui.Parts(ui.BadgeView(ui.Badge{Text: "ended", Tone: ui.Neutral})))
		default:
			row.Cells = append(row.Cells, ui.Parts(ui.ActionView(ui.Action{Label: "Revoke", Href: ownTokens + "/revoke", Post: true, Params: []ui.Param{{Name: "token", Value: k.ID}}}, "button")))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// tokenForm asks for a token, with what was typed.
func (s *Server) tokenForm(c echo.Context, w auth.TokenWish) ui.Form {
	grants := ui.Field{Kind: ui.ChecksField, Name: "grants", Label: "What it may do", Hint: "Never more than you. Deciding is not among it: approvals are given by people on pages."}
	for _, g := range auth.Grants {
		grants.Choices = append(grants.Choices, ui.Choice{Value: string(g), Label: auth.GrantText[g], Chosen: slices.Contains(w.Grants, string(g))})
	}
	f := ui.Form{Action: ownTokens, Submit: "Make the token", Fields: []ui.Field{
		{Name: "purpose", Label: "What it is for", Hint: "Which pipeline or script, and where it runs.", Value: w.Purpose}, grants}}
	if mine := s.viewer(c).tenants(s.Tenants); len(mine) > 1 {
		where := ui.Field{Kind: ui.ChecksField, Name: "tenants", Label: "Only in", Hint: "None ticked means every tenant that you may see.", Optional: true}
		for _, t := range mine {
			where.Choices = append(where.Choices, ui.Choice{Value: t, Label: t, Chosen: slices.Contains(w.Tenants, t)})
		}
		f.Fields = append(f.Fields, where)
	}
	days := ui.Field{Kind: ui.SelectField, Name: "days", Label: "Good for", Hint: "It can be revoked at any time, and ends by itself.", Value: strconv.Itoa(w.Days)}
	most := s.Auth.TokenDays()
	lives := append(slices.DeleteFunc(slices.Clone(tokenDays), func(n int) bool { return n >= most }), most)
	for _, n := range lives {
		days.Choices = append(days.Choices, ui.Choice{Value: strconv.Itoa(n), Label: ui.Plural(int64(n), "day", "days"), Chosen: n == w.Days})
	}
	f.Fields = append(f.Fields, days)
	return f
}

// makeToken makes one and shows it on the answer, which no cache keeps.
func (s *Server) makeToken(c echo.Context) error {
	sent, err := form(c)
	if err != nil {
		return err
	}
	days, _ := strconv.Atoi(sent.Get("days"))
	w := auth.TokenWish{Purpose: sent.Get("purpose"), Grants: sent["grants"], Tenants: sent["tenants"], Days: days}
	here, _ := guard.Session(c)
	k, text, err := s.Auth.MakeToken(c.Request().Context(), here, w, s.Tenants, guard.Client(c))
	if err != nil {
		return refusedForm(err, func(field, sentence string) error {
			f := s.tokenForm(c, w)
			for i := range f.Fields {
				if f.Fields[i].Name == field {
					f.Fields[i].Error, field = sentence, ""
				}
			}
			if field != "" || !slices.ContainsFunc(f.Fields, func(x ui.Field) bool { return x.Error != "" }) {
				f.Problem = sentence
			}
			return s.tokensPage(c, http.StatusUnprocessableEntity, f, nil)
		})
	}
	return s.tokensPage(c, http.StatusOK, s.tokenForm(c, auth.TokenWish{Grants: w.Grants, Days: w.Days}), s.newToken(k, text))
}

func (s *Server) newToken(k auth.Token, text secret.Value) *templates.NewToken {
	return &templates.NewToken{Text: text.Reveal(), Purpose: k.Purpose, Ends: k.Ends.UTC().Format(time.DateOnly),
		Try: fmt.Sprintf("curl -H @header.txt %s/api/v1/reports", strings.TrimSuffix(s.PublicURL, "/"))}
}

func (s *Server) revokeOwnToken(c echo.Context) error {
	here, _ := guard.Session(c)
	mine, err := s.Auth.Tokens(c.Request().Context(), here.Person)
	if err != nil {
		return err
	}
	id := c.FormValue("token")
	if !slices.ContainsFunc(mine, func(k auth.Token) bool { return k.ID == id }) {
		return auth.Hidden() // an admin ends others' on the page of the token
	}
	if err := s.Auth.RevokeToken(c.Request().Context(), here, id, guard.Client(c)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, ownTokens)
}

// token is one of anybody's tokens, with the button that ends it.
func (s *Server) token(c echo.Context) error {
	who := s.viewer(c)
	row, err := s.Reader.APITokenNamed(c.Request().Context(), c.Param("id"))
	if fault.Is(err, fault.NotFound) || err == nil && !auth.Unlimited(who.person, auth.ViewTokens) {
		return auth.Hidden()
	}
	if err != nil {
		return err
	}
	grants := strings.Join(row.Grants, ", ")
	v := templates.TokenPage{Page: s.bare(c, who), Facts: []ui.Pair{
		{Key: "Owner", Value: row.Name}, {Key: "Address", Value: or(row.Address, "unknown")}, {Key: "May", Value: grants}, {Key: "Where", Value: or(strings.Join(row.Tenants, ", "), "every tenant that its owner sees")},
		{Key: "Made", At: row.Made}, {Key: "Ends", At: row.Ends}, {Key: "Last used", At: row.Used, Value: "never"}, {Key: "Last used from", Value: or(row.UsedIP, "nowhere yet")}, {Key: "Id", Value: row.ID, Copy: true}}}
	v.Title, v.Kind, v.Active = row.Purpose, "Token", "/tokens"
	v.Crumbs = []ui.Link{{Label: "Tokens", Href: "/tokens"}}
	if !row.Ended.IsZero() {
		v.Notices = append(v.Notices, ui.Notice{Tone: ui.Info, Title: "It has ended.", Text: row.Why})
		v.Facts = append(v.Facts, ui.Pair{Key: "Revoked", At: row.Ended})
	} else if who.may(auth.RevokeToken) {
		v.Revoke = &ui.Action{Label: "Revoke this token", Href: "/tokens/" + row.ID + "/revoke", Post: true}
	}
	return ok(c, templates.Token(v))
}

func (s *Server) revokeToken(c echo.Context) error {
	here, _ := guard.Session(c)
	if err := s.Auth.RevokeToken(c.Request().Context(), here, c.Param("id"), guard.Client(c)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/tokens/"+c.Param("id"))
}
