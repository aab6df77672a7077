// Renders Go templates as an ApplicationSet's controller does: every string of a value, with sprig's functions.
//
// It reads a JSON list of {"value": any, "params": object} and writes a JSON list of {"value": any} or {"error": text}.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

type job struct {
	Value  any            `json:"value"`
	Params map[string]any `json:"params"`
}

type result struct {
	Value any    `json:"value,omitempty"`
	Error string `json:"error,omitempty"`
}

func main() {
	var jobs []job
	if err := json.NewDecoder(os.Stdin).Decode(&jobs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	results := make([]result, 0, len(jobs))
	for _, job := range jobs {
		value, err := render(job.Value, job.Params)
		if err != nil {
			results = append(results, result{Error: err.Error()})
			continue
		}
		results = append(results, result{Value: value})
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func render(value any, params map[string]any) (any, error) {
	switch value := value.(type) {
	case string:
		return renderText(value, params)
	case []any:
		items := make([]any, 0, len(value))
		for _, item := range value {
			rendered, err := render(item, params)
			if err != nil {
				return nil, err
			}
			items = append(items, rendered)
		}
		return items, nil
	case map[string]any:
		fields := make(map[string]any, len(value))
		for key, item := range value {
			name, err := renderText(key, params)
			if err != nil {
				return nil, err
			}
			if fields[name], err = render(item, params); err != nil {
				return nil, err
			}
		}
		return fields, nil
	default:
		return value, nil
	}
}

func renderText(text string, params map[string]any) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	parsed, err := template.New("").Funcs(functions()).Option("missingkey=error").Parse(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = parsed.Execute(&out, params)
	return out.String(), err
}

var notInNames = regexp.MustCompile("[^-a-z0-9.]")

// functions are sprig's without those that reach outside, and the ones that Argo CD adds.
func functions() template.FuncMap {
	all := sprig.GenericFuncMap()
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(all, name)
	}
	all["normalize"] = func(name string) string {
		return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(name), "-"), "-.")
	}
	all["toYaml"] = func(value any) (string, error) {
		data, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(data), "\n"), err
	}
	all["fromYaml"] = func(text string) (map[string]any, error) {
		fields := map[string]any{}
		err := yaml.Unmarshal([]byte(text), &fields)
		return fields, err
	}
	all["fromYamlArray"] = func(text string) ([]any, error) {
		items := []any{}
		err := yaml.Unmarshal([]byte(text), &items)
		return items, err
	}
	return all
}
