package main

import (
	"encoding/json"
	"net/url"
)

func init() { operations["url"] = judgeURL }

// urlCase is one URL; Ref is resolved against it, Elements are joined to it. Strings travel as base64.
type urlCase struct {
	URL      []byte   `json:"url"`
	Ref      []byte   `json:"ref"`
	Elements [][]byte `json:"elements"`
	Key      []byte   `json:"key"`
}

type urlAnswer struct {
	Error     *[]byte           `json:"error,omitempty"`
	Fields    map[string][]byte `json:"fields"`
	Flags     map[string]bool   `json:"flags"`
	Query     []queryEntry      `json:"query"`
	Joined    []byte            `json:"joined"`
	Parsed    []byte            `json:"parsed"`
	ParseFail []byte            `json:"parse_fail"`
	Resolved  []byte            `json:"resolved"`
}

type queryEntry struct {
	Key    []byte   `json:"key"`
	Values [][]byte `json:"values"`
}

func judgeURL(line json.RawMessage) (any, error) {
	var c urlCase
	if err := json.Unmarshal(line, &c); err != nil {
		return nil, err
	}
	u, err := url.Parse(string(c.URL))
	if err != nil {
		text := []byte(err.Error())
		return urlAnswer{Error: &text}, nil
	}
	query := u.Query()
	password, hasPassword := u.User.Password()
	answer := urlAnswer{
		Fields: map[string][]byte{
			"scheme": []byte(u.Scheme), "opaque": []byte(u.Opaque), "host": []byte(u.Host), "path": []byte(u.Path),
			"raw_path": []byte(u.RawPath), "raw_query": []byte(u.RawQuery), "fragment": []byte(u.Fragment),
			"raw_fragment": []byte(u.RawFragment), "hostname": []byte(u.Hostname()), "port": []byte(u.Port()),
			"string": []byte(u.String()), "escaped_path": []byte(u.EscapedPath()),
			"escaped_fragment": []byte(u.EscapedFragment()), "request_uri": []byte(u.RequestURI()),
			"redacted": []byte(u.Redacted()), "user": []byte(u.User.String()), "username": []byte(u.User.Username()),
			"password": []byte(password), "encode": []byte(query.Encode()), "get": []byte(query.Get(string(c.Key))),
		},
		Flags: map[string]bool{
			"is_abs": u.IsAbs(), "force_query": u.ForceQuery, "omit_host": u.OmitHost, "has_user": u.User != nil,
			"has_password": hasPassword, "has": query.Has(string(c.Key)),
		},
	}
	for key, values := range query {
		answer.Query = append(answer.Query, queryEntry{[]byte(key), byteStrings(values)})
	}
	elements := []string{}
	for _, element := range c.Elements {
		elements = append(elements, string(element))
	}
	answer.Joined = []byte(u.JoinPath(elements...).String())
	if ref, err := u.Parse(string(c.Ref)); err != nil {
		answer.ParseFail = []byte(err.Error())
	} else {
		answer.Parsed = []byte(ref.String())
	}
	if ref, err := url.Parse(string(c.Ref)); err == nil {
		answer.Resolved = []byte(u.ResolveReference(ref).String())
	}
	return answer, nil
}
