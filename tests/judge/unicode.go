package main

import (
	"encoding/json"
	"unicode"
)

func init() { operations["unicode"] = judgeUnicode }

// judgeUnicode answers the tables behind \p{...} and (?i): the ranges of every script, and every rune that folds
// to another, with the next rune of its orbit.
func judgeUnicode(json.RawMessage) (any, error) {
	scripts := map[string][][2]int{}
	for name, table := range unicode.Scripts {
		scripts[name] = ranges(func(r rune) bool { return unicode.Is(table, r) })
	}
	folds := map[int]int{}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if next := unicode.SimpleFold(r); next != r {
			folds[int(r)] = int(next)
		}
	}
	return map[string]any{"scripts": scripts, "folds": folds, "version": unicode.Version}, nil
}

func ranges(has func(rune) bool) [][2]int {
	found := [][2]int{}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !has(r) {
			continue
		}
		if last := len(found) - 1; last >= 0 && found[last][1] == int(r)-1 {
			found[last][1] = int(r)
		} else {
			found = append(found, [2]int{int(r), int(r)})
		}
	}
	return found
}
