package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"io"
	"regexp"
	"strings"
	"text/template"
	"time"
)

const (
	patience  = 2 * time.Second // For one execution; real templates take a thousandth of it.
	maxOutput = 64 << 20        // Bytes of one execution.
)

func init() { operations["template"] = judgeTemplate }

type templateRequest struct {
	Root       string            `json:"root"`       // Name of the template to execute.
	Text       string            `json:"text"`       // Its text, base64.
	Library    map[string]string `json:"library"`    // Texts parsed before it, base64, in order of Order.
	Order      []string          `json:"order"`      // Names of Library.
	MissingKey string            `json:"missingkey"` // default, zero or error.
	Data       json.RawMessage   `json:"data"`
}

type templateAnswer struct {
	Output *string `json:"output,omitempty"` // Base64.
	Error  *string `json:"error,omitempty"`  // Base64.
	Phase  string  `json:"phase,omitempty"`  // Where the error came from: parse or exec; or endless.
}

func judgeTemplate(line json.RawMessage) (any, error) {
	var request templateRequest
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	data, err := typed(request.Data)
	if err != nil {
		return nil, err
	}
	root := template.New(request.Root).Funcs(helpers()).Option("missingkey=" + request.MissingKey)
	for _, name := range request.Order {
		text, err := base64.StdEncoding.DecodeString(request.Library[name])
		if err != nil {
			return nil, err
		}
		if _, err := root.New(name).Parse(string(text)); err != nil {
			return failed(err, "parse"), nil
		}
	}
	text, err := base64.StdEncoding.DecodeString(request.Text)
	if err != nil {
		return nil, err
	}
	if _, err := root.Parse(string(text)); err != nil {
		return failed(err, "parse"), nil
	}
	return executed(root, data), nil
}

// executed gives up on a template that does not come to an end, or writes without one: Go itself would go on.
func executed(root *template.Template, data any) templateAnswer {
	answers := make(chan templateAnswer, 1)
	go func() {
		output := &limited{left: maxOutput}
		err := root.Execute(output, data)
		switch {
		case errors.Is(err, io.ErrShortWrite):
			answers <- templateAnswer{Phase: "endless"}
		case err != nil:
			answers <- failed(err, "exec")
		default:
			encoded := base64.StdEncoding.EncodeToString(output.Bytes())
			answers <- templateAnswer{Output: &encoded}
		}
	}()
	select {
	case answer := <-answers:
		return answer
	case <-time.After(patience):
		return templateAnswer{Phase: "endless"}
	}
}

// A limited buffer takes so many bytes and no more.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(data []byte) (int, error) {
	if l.left -= len(data); l.left < 0 {
		return 0, io.ErrShortWrite
	}
	return l.Buffer.Write(data)
}

func failed(err error, phase string) templateAnswer {
	encoded := base64.StdEncoding.EncodeToString([]byte(err.Error()))
	return templateAnswer{Error: &encoded, Phase: phase}
}

// typed reads JSON with numbers as int64 where they are written without point and exponent, else as float64.
func typed(raw json.RawMessage) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return convert(value)
}

func convert(value any) (any, error) {
	switch value := value.(type) {
	case json.Number:
		if strings.ContainsAny(value.String(), ".eE") {
			return value.Float64()
		}
		return value.Int64()
	case []any:
		// No capacity beyond the length, which the decoder leaves.
		items := make([]any, len(value))
		for i, item := range value {
			converted, err := convert(item)
			if err != nil {
				return nil, err
			}
			items[i] = converted
		}
		return items, nil
	case map[string]any:
		for key, item := range value {
			converted, err := convert(item)
			if err != nil {
				return nil, err
			}
			value[key] = converted
		}
	}
	return value, nil
}

type pair struct {
	k string
	v any
}

func helpers() template.FuncMap {
	return template.FuncMap{
		"fail": func(format string, args ...any) (any, error) { return nil, fmt.Errorf(format, args...) },
		"pair": func(k string, v any) pair { return pair{k, v} },
		"map": func(pairs ...pair) map[string]any {
			entries := map[string]any{}
			for _, p := range pairs {
				entries[p.k] = p.v
			}
			return entries
		},
		"lower":  strings.ToLower,
		"upper":  strings.ToUpper,
		"regexp": func(expr string) (*regexp.Regexp, error) { return regexp.Compile(expr) },
		"url":    func(raw string) (*url.URL, error) { return url.Parse(raw) },
		"random_int": func(n int) (int, error) {
			if n <= 0 {
				return 0, errors.New("invalid argument to IntN")
			}
			return n - 1, nil
		},
	}
}
