package web

import (
	"context"
	"io"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/request"
	"steward/internal/web/guard"
)

// RequestDesk is where people ask for changes of a tenant and agree to them;
// desk.Desk is it.
type RequestDesk interface {
	Draft(ctx context.Context, by desk.By, tenant string, in desk.In) (request.Request, error)
	Keep(ctx context.Context, by desk.By, tenant, name string, from io.Reader) (request.Upload, error)
	Edit(ctx context.Context, by desk.By, id string, version int64, in desk.In) (request.Request, error)
	Preview(ctx context.Context, by desk.By, r request.Request, in desk.In) (desk.Preview, error)
	Flights(ctx context.Context, tenant string, params request.Params, begins time.Time) ([]request.Flight, error)
	Waivable() [][2]string
	Submit(ctx context.Context, by desk.By, id string, version int64) (request.Request, desk.Preview, error)
	Standing(ctx context.Context, by desk.By, id string) (desk.Standing, error)
	Inbox(ctx context.Context, by desk.By, tenants []string) ([]desk.Waiting, error)
	Count(ctx context.Context, by desk.By, tenants []string) (int64, error)
	Approve(ctx context.Context, by desk.By, id, plan, note string) (request.Request, error)
	Reject(ctx context.Context, by desk.By, id, plan, note string) (request.Request, error)
	AskBack(ctx context.Context, by desk.By, id, plan, question string) (request.Request, error)
	Comment(ctx context.Context, by desk.By, id, text string) error
	Delegate(ctx context.Context, by desk.By, to request.Party, starts, ends time.Time, reason string) (int64, error)
	EndDelegation(ctx context.Context, by desk.By, id int64) error
	Deciders(ctx context.Context, by desk.By) ([]request.Party, error)
	EmergencyOn() bool
	NowUnder(ctx context.Context, by desk.By, r request.Request, places []request.Place) (db.EmergencyAccess, bool, error)
	CarryOutNow(ctx context.Context, by desk.By, id, plan, reason string) (request.Request, error)
	EndEmergency(ctx context.Context, by desk.By, id, reason string) error
	ReviewEmergency(ctx context.Context, by desk.By, id, verdict, note string) error
	Withdraw(ctx context.Context, by desk.By, id string, version int64, reason string) (request.Request, error)
}

// by is the person of the request as the desk takes them.
func (s *Server) by(c echo.Context) desk.By {
	session, _ := guard.Session(c)
	client := guard.Client(c)
	return desk.By{Person: s.viewer(c).person, IP: client.IP, Session: session.Hash.String(), HTTP: client.Request}
}
