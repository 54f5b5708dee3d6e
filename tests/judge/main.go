// Judge answers requests with what real Go does: one JSON object a line in, one a line out, in order.
//
// A request names its operation in "op". Each operation lives in a file of its own and registers itself.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// An operation takes the whole request and returns what is written as JSON.
type operation func(request json.RawMessage) (any, error)

var operations = map[string]operation{}

const maxLine = 64 << 20 // Bytes of one request.

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 0, 1<<20), maxLine)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for in.Scan() {
		answer, err := judge(in.Bytes())
		if err != nil {
			answer = map[string]string{"refused": err.Error()}
		}
		if err := encoder.Encode(answer); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(line []byte) (any, error) {
	var head struct {
		Op string `json:"op"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return nil, err
	}
	run, ok := operations[head.Op]
	if !ok {
		return nil, fmt.Errorf("unknown operation %q", head.Op)
	}
	return run(line)
}
