package world

import (
	"strconv"
	"strings"
)

// People are named by number: the n-th person ever hired gets the n-th pair of
// a first and a last name, in a scattered order, and a digit when the pairs
// are used up. So a name leads back to its person without an index.

var firstNames = []string{
	"Anna", "Ben", "Carla", "David", "Elena", "Felix", "Greta", "Hassan", "Ines", "Jonas", "Katrin", "Lukas",
	"Maria", "Nils", "Olga", "Paul", "Quentin", "Rosa", "Stefan", "Tanja", "Ulrich", "Vera", "Walter",
	"Xenia", "Yusuf", "Zoe", "Alice", "Brian", "Claire", "Daniel", "Emma", "Frank", "Grace", "Harry",
	"Isabel", "Jack", "Kate", "Liam", "Megan", "Noah", "Olivia", "Peter", "Rachel", "Sam", "Tess", "Umar",
	"Violet", "William", "Yvonne", "Zachary", "Aiko", "Chen", "Daisuke", "Fatima", "Giulia", "Hiroshi",
	"Ivan", "Jin", "Kamal", "Lei", "Mei", "Nikolai", "Omar", "Priti", "Raj", "Sofia", "Takeshi", "Uma",
	"Viktor", "Wei", "Yuki", "Zainab", "Agnieszka", "Bartosz", "Dorota", "Ewa", "Grzegorz", "Halina", "Jakub",
	"Krzysztof", "Magdalena", "Pawel", "Adele", "Baptiste", "Camille", "Damien", "Elise", "Florent", "Gaelle",
	"Hugo", "Jeanne", "Kevin", "Luc", "Mathilde", "Nadine", "Antonio", "Beatriz", "Carlos", "Diego",
	"Esteban", "Francisca", "Gonzalo", "Helena", "Iker", "Joana", "Leire", "Marcos", "Nuria", "Pablo",
	"Rocio", "Santiago", "Aarav", "Deepika", "Farhan", "Ishaan", "Kavita", "Lakshmi", "Manish", "Neha",
	"Rohan", "Sunita", "Vikram", "Astrid", "Bjarne", "Dagny", "Erik", "Freja", "Gunnar", "Hedda", "Ingrid",
	"Jens", "Kirsten", "Lars", "Maren", "Signe", "Torben",
}

var lastNames = []string{
	"Schmidt", "Weber", "Wagner", "Becker", "Hoffmann", "Koch", "Richter", "Klein", "Wolf", "Neumann",
	"Schwarz", "Zimmermann", "Krueger", "Hartmann", "Lange", "Werner", "Lehmann", "Maier", "Vogel",
	"Friedrich", "Smith", "Jones", "Taylor", "Brown", "Wilson", "Evans", "Thomas", "Roberts", "Walker",
	"Wright", "Hughes", "Green", "Hall", "Clarke", "Jackson", "Cooper", "Turner", "Parker", "Morris", "Baker",
	"Garcia", "Martinez", "Lopez", "Sanchez", "Perez", "Gomez", "Fernandez", "Torres", "Ramirez", "Flores",
	"Rossi", "Russo", "Ferrari", "Bianchi", "Romano", "Colombo", "Ricci", "Marino", "Greco", "Conti",
	"Dubois", "Laurent", "Lefevre", "Moreau", "Simon", "Michel", "Leroy", "Roux", "Fournier", "Girard",
	"Nowak", "Kowalski", "Wisniewski", "Wojcik", "Kaminski", "Lewandowski", "Zielinski", "Szymanski",
	"Wozniak", "Dabrowski", "Tanaka", "Suzuki", "Watanabe", "Ito", "Yamamoto", "Nakamura", "Kobayashi",
	"Kato", "Yoshida", "Yamada", "Wang", "Li", "Zhang", "Liu", "Huang", "Zhao", "Wu", "Zhou", "Xu", "Sun",
	"Kumar", "Sharma", "Patel", "Singh", "Gupta", "Mehta", "Nair", "Reddy", "Iyer", "Desai", "Ivanov",
	"Petrov", "Sokolov", "Volkov", "Morozov", "Hansen", "Johansson", "Nilsson", "Larsen", "Olsen", "Berg",
	"Lund", "Dahl", "Holm", "Khan", "Ahmed", "Hussein", "Farouk", "Saleh", "Mansour", "Nasser", "Haddad",
	"Aziz", "Rahman", "Silva", "Santos", "Oliveira", "Costa", "Pereira", "Almeida", "Ferreira", "Ribeiro",
	"Carvalho", "Gomes", "Murphy", "Kelly", "Byrne", "Ryan", "Walsh", "Doyle", "Gallagher", "Quinn", "Nolan",
	"Keane",
}

// scatter has no factor in common with the number of pairs (see the test).
const scatter = 7919

// spelling shows a few names the way their bearers write them; addresses keep
// the plain form.
var spelling = map[string]string{
	"Krueger": "Krüger", "Wojcik": "Wójcik", "Dabrowski": "Dąbrowski", "Lefevre": "Lefèvre", "Gaelle": "Gaëlle",
	"Fernandez": "Fernández", "Sanchez": "Sánchez", "Lopez": "López", "Perez": "Pérez", "Gomez": "Gómez",
	"Rocio": "Rocío", "Nuria": "Núria", "Pawel": "Paweł", "Wisniewski": "Wiśniewski", "Wozniak": "Woźniak",
}

// scripts are display names of a few people in their own script.
var scripts = map[string]string{
	"Aiko": "愛子", "Hiroshi": "宏", "Takeshi": "武", "Yuki": "由紀", "Daisuke": "大輔", "Ivan": "Иван", "Olga": "Ольга",
	"Nikolai": "Николай", "Viktor": "Виктор", "Fatima": "فاطمة", "Omar": "عمر", "Hassan": "حسن",
	"Tanaka": "田中", "Suzuki": "鈴木", "Watanabe": "渡辺", "Ito": "伊藤", "Yamamoto": "山本", "Nakamura": "中村",
	"Kobayashi": "小林", "Kato": "加藤", "Yoshida": "吉田", "Yamada": "山田", "Ivanov": "Иванов", "Petrov": "Петров",
	"Sokolov": "Соколов", "Volkov": "Волков", "Morozov": "Морозов", "Hussein": "حسين", "Mansour": "منصور",
	"Haddad": "حداد", "Saleh": "صالح",
}

// fullName is what the n-th name is made of; local is the part of the address
// before the @.
type fullName struct{ given, family, local string }

func nameOf(n int) fullName {
	pairs := len(firstNames) * len(lastNames)
	c := n % pairs * scatter % pairs
	f, l := firstNames[c%len(firstNames)], lastNames[c/len(firstNames)]
	local := strings.ToLower(f) + "." + strings.ToLower(l)
	if n >= pairs {
		local += strconv.Itoa(n/pairs + 1)
	}
	return fullName{given: spelled(f), family: spelled(l), local: local}
}

func spelled(s string) string {
	if t, ok := spelling[s]; ok {
		return t
	}
	return s
}

// display is the name as the directory shows it: people whose two names have a
// script of their own write them in it.
func (f fullName) display() string {
	g, gok := scripts[f.given]
	l, lok := scripts[f.family]
	if gok && lok && sameScript(g, l) {
		return l + " " + g
	}
	return f.given + " " + f.family
}

// sameScript reports whether two names begin in the same script.
func sameScript(a, b string) bool {
	x, y := []rune(a)[0], []rune(b)[0]
	return x>>8 == y>>8 || x > 0x2fff && y > 0x2fff
}

// numberOf leads from the local part of an address back to the number.
func numberOf(local string) (int, bool) {
	first, rest, ok := strings.Cut(strings.ToLower(local), ".")
	if !ok {
		return 0, false
	}
	family := strings.TrimRight(rest, "0123456789")
	round := 0
	if digits := rest[len(family):]; digits != "" {
		d, err := strconv.Atoi(digits)
		if err != nil || d < 2 || digits[0] == '0' || d > 1<<20 {
			return 0, false
		}
		round = d - 1
	}
	f, fok := firstIndex[first]
	l, lok := lastIndex[family]
	if !fok || !lok {
		return 0, false
	}
	pairs := len(firstNames) * len(lastNames)
	c := l*len(firstNames) + f
	return round*pairs + c*unscatter%pairs, true
}

var (
	firstIndex = index(firstNames)
	lastIndex  = index(lastNames)
	unscatter  = inverse(scatter, len(firstNames)*len(lastNames))
)

func index(names []string) map[string]int {
	m := make(map[string]int, len(names))
	for i, n := range names {
		m[strings.ToLower(n)] = i
	}
	return m
}

// inverse finds x with a·x ≡ 1 (mod m).
func inverse(a, m int) int {
	t, nt, r, nr := 0, 1, m, a%m
	for nr != 0 {
		q := r / nr
		t, nt = nt, t-q*nt
		r, nr = nr, r-q*nr
	}
	return (t%m + m) % m
}
