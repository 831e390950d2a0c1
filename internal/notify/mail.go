package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/textproto"
	"os"
	"time"

	mail "github.com/wneessen/go-mail"

	"steward/internal/fault"
	"steward/internal/secret"
)

// SMTP says how mails leave: by STARTTLS, always. A server without it is not
// used, for mails name workspaces and people.
type SMTP struct {
	Host string
	// Port is 587 when zero.
	Port int
	// From is the sender's address.
	From string
	// Username and Password sign in; none when Username is empty.
	Username string
	Password secret.Ref
	// Roots are the authorities that are believed; nil for the system's.
	Roots *x509.CertPool
	// Now stamps mails.
	Now func() time.Time
}

// Send sends one mail with one message, or with those of a day. An error that
// the server calls final is permanent.
func (s SMTP) Send(ctx context.Context, to string, messages []Message) error {
	m, err := s.compose(to, messages)
	if err != nil {
		return err
	}
	return s.send(ctx, m)
}

// MostAttached is the largest file that goes by mail, in bytes: servers refuse
// larger ones.
const MostAttached = 20 << 20

// SendFile sends one message with a file attached under the name given. A file
// beyond MostAttached is refused for good: it wants a folder.
func (s SMTP) SendFile(ctx context.Context, to string, message Message, path, name string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The file %s to be sent cannot be read.", name)
	}
	if info.Size() > MostAttached {
		return Permanent(fault.New(fault.Invalid, "The file is larger than %d MB and does not go by mail. Give the report a folder, or filters.", MostAttached>>20))
	}
	m, err := s.compose(to, []Message{message})
	if err != nil {
		return err
	}
	m.SetMessageIDWithValue(fmt.Sprintf("steward-report-%d@%s", message.Number, domain(s.From)))
	m.AttachFile(path, mail.WithFileName(name))
	return s.send(ctx, m)
}

func (s SMTP) send(ctx context.Context, m *mail.Msg) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	if err := client.DialAndSendWithContext(ctx, m); err != nil {
		return mailFault(err)
	}
	return nil
}

func (s SMTP) client() (*mail.Client, error) {
	port := s.Port
	if port == 0 {
		port = 587
	}
	options := []mail.Option{
		mail.WithPort(port), mail.WithTLSPolicy(mail.TLSMandatory), mail.WithTimeout(sendTime), mail.WithHELO("steward.invalid"),
		mail.WithTLSConfig(&tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.Roots}),
	}
	if s.Username != "" {
		password, err := s.Password.Read()
		if err != nil {
			return nil, err
		}
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.Username), mail.WithPassword(password.Reveal()))
	}
	client, err := mail.NewClient(s.Host, options...)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The mail server of the configuration cannot be used: check notify.smtp.")
	}
	return client, nil
}

func (s SMTP) compose(to string, messages []Message) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := m.FromFormat("Steward", s.From); err != nil {
		return nil, Permanent(fault.Wrap(err, fault.Invalid, "notify.smtp.from is not an address."))
	}
	if err := m.To(to); err != nil {
		return nil, Permanent(fault.Wrap(err, fault.Invalid, "This is not an address that mail can be sent to."))
	}
	m.Subject(subject(messages))
	m.SetDateWithValue(s.Now())
	m.SetMessageIDWithValue(fmt.Sprintf("steward-%d@%s", messages[0].Number, domain(s.From)))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // no answers from holidays
	text, html, err := bodies(messages)
	if err != nil {
		return nil, err
	}
	m.SetBodyString(mail.TypeTextPlain, text)
	m.AddAlternativeString(mail.TypeTextHTML, html)
	return m, nil
}

// mailFault gives an error of the server its meaning: what it calls final is
// not tried again, and its words are not shown, for they may repeat what was
// sent.
func mailFault(err error) error {
	var se *mail.SendError
	if errors.As(err, &se) && !se.IsTemp() && se.Reason != mail.ErrConnCheck {
		return Permanent(fault.Wrap(err, fault.Invalid, "The mail server refuses this mail for good. Its log says why."))
	}
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code >= 500 {
		return Permanent(fault.Wrap(err, fault.Invalid, "The mail server refuses with %d. Check the sender and the sign-in under notify.smtp.", answer.Code))
	}
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return fault.Wrap(err, fault.Unavailable, "The mail server's certificate is not from an authority that is believed here. Set notify.ca.")
	}
	return fault.Wrap(err, fault.Unavailable, "The mail server could not be reached, or it broke off. It is tried again.")
}
