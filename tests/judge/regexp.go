package main

import (
	"encoding/json"
	"regexp"
)

func init() { operations["regexp"] = judgeRegexp }

// regexpCase is one pattern with one subject. Strings travel as base64 (Go's JSON form of []byte), since both may
// hold bytes that are not UTF-8.
type regexpCase struct {
	Pattern []byte `json:"pattern"`
	Subject []byte `json:"subject"`
	Replace []byte `json:"replace"`
	N       int    `json:"n"`
}

// regexpAnswer holds the result of every method that a template can call with strings.
type regexpAnswer struct {
	Error             *[]byte    `json:"error,omitempty"`
	Match             bool       `json:"match"`
	Find              []byte     `json:"find"`
	Index             []int      `json:"index"`
	Submatch          [][]byte   `json:"submatch"`
	SubmatchIndex     []int      `json:"submatch_index"`
	All               [][]byte   `json:"all"`
	AllIndex          [][]int    `json:"all_index"`
	AllSubmatch       [][][]byte `json:"all_submatch"`
	AllSubmatchIndex  [][]int    `json:"all_submatch_index"`
	ReplaceAll        []byte     `json:"replace_all"`
	ReplaceAllLiteral []byte     `json:"replace_all_literal"`
	Split             [][]byte   `json:"split"`
	String            []byte     `json:"string"`
	NumSubexp         int        `json:"num_subexp"`
	SubexpNames       [][]byte   `json:"subexp_names"`
	LastNameIndex     int        `json:"last_name_index"`
}

func judgeRegexp(line json.RawMessage) (any, error) {
	var c regexpCase
	if err := json.Unmarshal(line, &c); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(string(c.Pattern))
	if err != nil {
		text := []byte(err.Error())
		return regexpAnswer{Error: &text}, nil
	}
	subject, replace := string(c.Subject), string(c.Replace)
	names := re.SubexpNames()
	return regexpAnswer{
		Match:             re.MatchString(subject),
		Find:              []byte(re.FindString(subject)),
		Index:             re.FindStringIndex(subject),
		Submatch:          byteStrings(re.FindStringSubmatch(subject)),
		SubmatchIndex:     re.FindStringSubmatchIndex(subject),
		All:               byteStrings(re.FindAllString(subject, c.N)),
		AllIndex:          re.FindAllStringIndex(subject, c.N),
		AllSubmatch:       byteStringLists(re.FindAllStringSubmatch(subject, c.N)),
		AllSubmatchIndex:  re.FindAllStringSubmatchIndex(subject, c.N),
		ReplaceAll:        []byte(re.ReplaceAllString(subject, replace)),
		ReplaceAllLiteral: []byte(re.ReplaceAllLiteralString(subject, replace)),
		Split:             byteStrings(re.Split(subject, c.N)),
		String:            []byte(re.String()),
		NumSubexp:         re.NumSubexp(),
		SubexpNames:       byteStrings(names),
		LastNameIndex:     re.SubexpIndex(names[len(names)-1]),
	}, nil
}

func byteStrings(list []string) [][]byte {
	if list == nil {
		return nil
	}
	out := [][]byte{}
	for _, s := range list {
		out = append(out, []byte(s))
	}
	return out
}

func byteStringLists(lists [][]string) [][][]byte {
	if lists == nil {
		return nil
	}
	out := [][][]byte{}
	for _, list := range lists {
		out = append(out, byteStrings(list))
	}
	return out
}
